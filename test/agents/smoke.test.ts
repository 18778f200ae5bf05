import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { callTools, disconnect, fail, say, ScriptedModel, tools } from '../support/scripted-model/index.js';
import type { AgentName } from './support/binary.js';
import { describeAgent } from './support/describe-agent.js';
import { agentHome } from './support/home.js';

let folder: string;
let model: ScriptedModel;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'continuo-agents-'));
});

afterEach(async () => {
  await model.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Each agent's own way to do one prompt and end; what it may do without being asked is what the test needs. */
const printModes: Record<AgentName, string[]> = {
  codex: ['exec', '--json', '--skip-git-repo-check', '--sandbox', 'workspace-write'],
  claude: ['-p', '--permission-mode', 'acceptEdits', '--allowedTools=Bash'],
  opencode: ['run', '--format', 'json'],
};

const agents: AgentName[] = ['codex', 'claude', 'opencode'];

for (const name of agents) {
  describeAgent(name, (binary) => {
    it('edits a file and runs a command as the script says, and asks the model for nothing twice', async () => {
      const { write, shell } = tools[name];
      model = await ScriptedModel.start([
        callTools([write('note.txt', 'first\n')], { thinking: 'A file is wanted.', text: 'I write it.' }),
        callTools([shell('echo second >> note.txt')]),
        say('The note is written.'),
      ]);
      const workspace = join(folder, 'workspace');
      mkdirSync(workspace);

      const { code, output } = await run(name, binary, workspace, 'Write a note.');

      expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('The note is written.') });
      expect(readFileSync(join(workspace, 'note.txt'), 'utf8')).toBe('first\nsecond\n');
      expect(model.scripted.map(({ conversation }) => JSON.stringify(conversation))).toEqual([
        expect.stringContaining('Write a note.'),
        expect.stringContaining('I write it.'),
        expect.stringContaining('echo second'),
      ]);
      expect(model.repeated).toEqual([]);
    });

    it('asks again when the model is busy or breaks off', async () => {
      model = await ScriptedModel.start([
        fail(429, { retryAfter: 1 }),
        disconnect('middle'),
        say('Here again.'),
      ]);
      const { code, output } = await run(name, binary, folder, 'Say hello.');
      expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('Here again.') });
      expect(model.scripted).toHaveLength(3);
      expect(model.repeated).toHaveLength(2);
    });
  });
}

/** Runs the agent to its end. */
async function run(name: AgentName, binary: string, cwd: string, prompt: string) {
  const env = agentHome(name, join(folder, 'home'), model.port);
  const child = spawn(binary, [...printModes[name], prompt], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(child, 'close');
  const output = await Promise.all([text(child.stdout), text(child.stderr)]);
  await closed;
  return { code: child.exitCode, output: output.join('') };
}
