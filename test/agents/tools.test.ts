import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from '@jest/globals';
import { makeCanaries } from '../support/canaries.js';
import { callTool, say } from '../support/scripted-model/index.js';
import { opencodeVariables } from './support/acp-host.js';
import type { SessionAgentFacts } from './support/agent-rig.js';
import { AgentRig } from './support/agent-rig.js';
import { claudeVariables } from './support/claude-yard.js';
import { describeAgent } from './support/describe-agent.js';
import { claude, codex, opencode } from './support/session-agents.js';

const canaries = makeCanaries('TRACKER_TOKEN', 'GITHUB_TOKEN', 'TEMPORAL_API_KEY');
const report = { done: ['looked around'], next: ['the sum'], notes: '' };

/** Each with the name under which its model sees the tool, and a variable that shows that it has looked. */
const agents: (SessionAgentFacts & { report: string; own: string })[] = [
  {
    ...codex,
    report: 'report',
    own: 'SCRIPTED_KEY',
    sections: (binary) => `agent: { kind: codex, env: [CODEX_HOME, SCRIPTED_KEY, TRACKER_TOKEN] }
codex: { command: ${JSON.stringify(`${binary} app-server`)}, read_timeout_ms: 100000 }`,
  },
  {
    ...claude,
    report: 'mcp__continuo__report',
    own: 'ANTHROPIC_BASE_URL',
    sections: (
      binary,
    ) => `agent: { kind: claude, approvals: [{ answer: allow }], env: [${claudeVariables.join(', ')}, TRACKER_TOKEN] }
claude: { command: ${JSON.stringify(binary)}, read_timeout_ms: 100000 }`,
  },
  {
    ...opencode,
    report: 'continuo_report',
    own: 'OPENCODE_DISABLE_AUTOUPDATE',
    sections: (
      binary,
    ) => `agent: { kind: acp, approvals: [{ answer: allow }], env: [TRACKER_TOKEN, ${opencodeVariables.slice(1)} }
acp: { command: ${JSON.stringify(`${binary} acp`)}, read_timeout_ms: 100000 }`,
  },
];

for (const facts of agents) {
  describeAgent(facts.agent, () => {
    let rig: AgentRig;
    afterEach(() => rig.close());

    it('reports by its tool, is refused what does not fit, and finds no credential of ours', async () => {
      const look = facts.tools.shell('cat /proc/*/environ /proc/*/cmdline > seen.txt; env >> seen.txt; true');
      rig = await AgentRig.open(facts, [
        callTool(look.name, look.input),
        callTool(facts.report, { done: 'everything' }),
        callTool(facts.report, report),
        say('Reported.'),
      ]);
      Object.assign(rig.host.env, canaries);
      expect(await rig.runTurn()).toMatchObject({ kind: 'completed', summary: 'Reported.', report });
      expect(rig.told().at(-2)).toMatch(/arguments do not fit|[Ii]nvalid/);
      expect(rig.host.readRun('transcript.log')).toContain('> reports:\n>   done: looked around');

      const seen = filesBelow(rig.host.workspace) + filesBelow(rig.host.runPath) + rig.told().join('\n');
      expect(seen).toContain(facts.own);
      // The worker's own environment is that of this test, which has none of them.
      for (const canary of Object.values(canaries)) expect(seen).not.toContain(canary);
    }, 200_000);
  });
}

function filesBelow(folder: string): string {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const paths = names.map((name) => join(folder, name));
  const files = paths.filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
  return files.map((path) => readFileSync(path, 'latin1')).join('\n');
}
