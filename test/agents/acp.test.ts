import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from '@jest/globals';
import { TestHost } from '../activities/agent/host.js';
import type { Script } from '../support/scripted-model/index.js';
import { callTools, say, ScriptedModel, tools } from '../support/scripted-model/index.js';
import { describeAgent } from './support/binary.js';
import { agentHome } from './support/home.js';

const { shell, write } = tools.opencode;

let model: ScriptedModel;
let host: TestHost;
const homes: string[] = [];

afterEach(async () => {
  await host.remove();
  await model.close();
  for (const home of homes.splice(0)) rmSync(home, { recursive: true, force: true });
});

describeAgent('opencode', (binary) => {
  /** A host whose agent asks a model that says what the script says. */
  async function prepare(script: Script, { acp = '', sections = '' } = {}): Promise<void> {
    model = await ScriptedModel.start(script);
    const home = join(mkdtempSync(join(tmpdir(), 'continuo-acp-')), 'home');
    mkdirSync(home);
    homes.push(dirname(home));
    const env = agentHome('opencode', home, model.port);
    host = new TestHost(
      `agent: { kind: acp, env: [OPENCODE_CONFIG, OPENCODE_DISABLE_AUTOUPDATE, OPENCODE_DISABLE_MODELS_FETCH] }
acp: { command: ${binary} acp${acp} }
${sections}`,
      undefined,
      env,
    );
  }

  it('edits a file and runs a command', async () => {
    await prepare([
      callTools([write('note.txt', 'first\n')], { text: 'I write it.' }),
      callTools([shell('echo second >> note.txt')]),
      say('The note is written.'),
    ]);

    const outcome = await host.runTurn();

    expect(outcome).toMatchObject({ kind: 'completed', summary: 'The note is written.' });
    expect(host.read('note.txt')).toBe('first\nsecond\n');
    expect(host.readRun('transcript.log')).toContain('I write it.');
    expect(model.repeated).toEqual([]);
  });
});
