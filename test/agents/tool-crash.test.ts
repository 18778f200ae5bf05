import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, expect, it } from '@jest/globals';
import { TestHost } from '../activities/agent/host.js';
import { notingCalls } from '../support/noted-calls.js';
import { compile, start } from '../support/program.js';
import type { DyingSettings } from '../support/programs/dying-worker.js';
import { callTool, say } from '../support/scripted-model/index.js';
import { AgentRig, attempt } from './support/agent-rig.js';
import { describeAgent } from './support/describe-agent.js';
import { claude, codex } from './support/session-agents.js';

/** Codex calls our tools by its own protocol, Claude Code by the MCP server that it starts. */
const agents = [
  { ...codex, toolName: 'comment' },
  { ...claude, toolName: 'mcp__continuo__comment' },
];
const text = 'I looked around.';

let program: string;
let rig: AgentRig;
beforeAll(async () => {
  program = await compile('test/support/programs/dying-worker.ts');
});
afterEach(() => rig.close());

for (const facts of agents) {
  describeAgent(facts.agent, () => {
    it('does not notice a worker that dies between the effect of a call and its result, and the effect is there once', async () => {
      rig = await AgentRig.open(facts, [callTool(facts.toolName, { text }), say('Commented.')]);
      const { folder, sections, env, runPath } = rig.host;
      const settings: DyingSettings = { folder, sections };
      const worker = start(program, [JSON.stringify(settings)], env);
      const [, , key] = (await worker.line('called comment')).split(' ');
      expect(await worker.ended()).toBe('SIGKILL');
      expect(commentsIn(runPath)).toEqual([text]);
      // The agent waits for the result.
      expect(await rig.host.running()).toHaveLength(1);
      expect(rig.model.scripted).toHaveLength(1);

      const keys: string[] = [];
      const createAgent = notingCalls((name, again) => void keys.push(`${name} ${again}`));
      const next = new TestHost(sections, undefined, env, { createAgent, folder });
      const outcome = await next.runTurn({}, attempt(2));
      expect(outcome).toMatchObject({ kind: 'completed', summary: 'Commented.' });
      expect(outcome).not.toHaveProperty('wasCutOff');
      expect(keys).toEqual([`comment ${key}`]);
      expect(commentsIn(runPath)).toEqual([text]);
      expect(rig.model.scripted).toHaveLength(2);
      expect(rig.told().at(-1)).toContain("kept with the task's logs");
    }, 240_000);
  });
}

function commentsIn(runPath: string): string[] {
  const folder = join(runPath, 'comments');
  return readdirSync(folder).map((name) => {
    return (JSON.parse(readFileSync(join(folder, name), 'utf8')) as { text: string }).text;
  });
}
