import { expect, it } from '@jest/globals';
import { mergeLabelledIssues } from '../support/labelled-issues.js';
import type { ModelRequest, Reply } from '../support/scripted-model/index.js';
import { callTools, fail, say, ScriptedModel, tools } from '../support/scripted-model/index.js';
import { describeAgent } from './support/describe-agent.js';
import { realAgents } from './support/real-agents.js';

/** `CONTINUO_ISSUES=2` takes a minute. */
const issues = Number(process.env.CONTINUO_ISSUES ?? 10);

/** Takes a while, so that many a turn is at work when its worker is killed; then writes the file of the issue. */
function work({ conversation }: ModelRequest): Reply {
  const [, task] = /Work on (GH-\d+):/.exec(JSON.stringify(conversation)) ?? [];
  if (task === undefined) return fail(400, { message: 'this is about no issue' });
  const steps = [
    callTools([tools.codex.shell('sleep 3')]),
    callTools([tools.codex.write(`${task}.txt`, `${task}\n`)]),
  ];
  return steps[results(conversation)] ?? say(`${task}.txt is there.`);
}

/** How many calls of tools have come back. */
function results(conversation: unknown[]): number {
  return conversation.filter((item) => /"type":"\w+_call_output"/.test(JSON.stringify(item))).length;
}

describeAgent('codex', () => {
  it('brings labelled issues to merged pull requests, and asks its model nothing twice', async () => {
    const model = await ScriptedModel.start(work);
    const settings = ['max_concurrent_agents: 3', 'max_retry_backoff_ms: 1000'];
    const agents = realAgents(['codex'], model.port, settings);
    try {
      await mergeLabelledIssues({
        name: 'github with Codex',
        issues,
        agent: agents.sections,
        env: agents.variables,
      });
      expect(model.repeated).toEqual([]);
      expect(model.scripted).toHaveLength(3 * issues);
    } finally {
      await model.close();
      agents.remove();
    }
  }, 1_800_000);
});
