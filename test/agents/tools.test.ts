import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from '@jest/globals';
import { callTool, say, tools } from '../support/scripted-model/index.js';
import { AgentRig } from './contract.js';
import { describeAgent } from './support/describe-agent.js';

const canaries = {
  TRACKER_TOKEN: 'canary-of-the-tracker-4711',
  GITHUB_TOKEN: 'canary-of-the-forge-4712',
  TEMPORAL_API_KEY: 'canary-of-temporal-4713',
};
const report = { done: ['looked around'], next: ['the sum'], notes: '' };

describeAgent('codex', () => {
  let rig: AgentRig;
  afterEach(() => rig.close());

  it('reports by its tool, is refused what does not fit, and finds no credential of ours', async () => {
    const look = tools.codex.shell('cat /proc/*/environ /proc/*/cmdline > seen.txt; env >> seen.txt; true');
    rig = await AgentRig.open(
      {
        agent: 'codex',
        tools: tools.codex,
        sections: (binary) => `agent: { kind: codex, env: [CODEX_HOME, SCRIPTED_KEY, TRACKER_TOKEN] }
codex: { command: ${JSON.stringify(`${binary} app-server`)}, read_timeout_ms: 20000 }`,
      },
      [
        callTool(look.name, look.input),
        callTool('report', { done: 'everything' }),
        callTool('report', report),
        say('Reported.'),
      ],
    );
    Object.assign(rig.host.env, canaries);
    expect(await rig.runTurn()).toMatchObject({ kind: 'completed', summary: 'Reported.', report });
    expect(rig.told().at(-2)).toContain('the arguments do not fit');
    expect(rig.host.readRun('transcript.log')).toContain('> reports:\n>   done: looked around');

    const seen = filesBelow(rig.host.workspace) + filesBelow(rig.host.runPath) + rig.told().join('\n');
    expect(seen).toContain('SCRIPTED_KEY');
    // The worker's own environment is that of this test, which has none of them.
    for (const canary of Object.values(canaries)) expect(seen).not.toContain(canary);
  });
});

function filesBelow(folder: string): string {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const paths = names.map((name) => join(folder, name));
  const files = paths.filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
  return files.map((path) => readFileSync(path, 'latin1')).join('\n');
}
