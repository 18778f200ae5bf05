import { describe, expect, it } from '@jest/globals';
import { summarizeIssue } from '../../src/domain/issue.js';
import { newProject, projectWorkflowId } from '../../src/domain/project.js';
import * as messages from '../../src/workflows/messages.js';
import { project } from '../../src/workflows/project.js';
import { quietPoll, testConfig, testIssue, testSha, untilCancelled } from '../support/fake-ports.js';
import { useRig } from '../support/workflow-rig.js';

describe('a long life', () => {
  // The server suggests a new run after 60 events instead of some thousands.
  const { rig, ports } = useRig('limit.historyCount.suggestContinueAsNew=60');

  const runsOf = async (workflowId: string): Promise<number> => {
    let runs = 0;
    for await (const run of rig.env.client.workflow.list({ query: `WorkflowId="${workflowId}"` }))
      runs += run.runId ? 1 : 0;
    return runs;
  };

  it('carries a task over several runs: rounds, decisions, messages and history stay', async () => {
    const config = testConfig({ human: 'always', limits: { turns: 50, rounds: 50 } });
    const handle = await rig.start({ config });
    const slots = rig.grantSlots(handle, config);
    for (let round = 1; round <= 5; round += 1) {
      const { headSha } = await rig.until(
        handle,
        (status) => status.waiting?.kind === 'decision' && status.round === round,
      );
      const message = { id: `say-${round}`, by: 'ann', sha: headSha!, round };
      const verdict = round < 5 ? ('request_changes' as const) : ('approve' as const);
      await handle.executeUpdate(messages.decideUpdate, { args: [{ ...message, verdict, note: 'more' }] });
      if (round > 1) {
        // A repetition of what an earlier run took effect of does nothing.
        const first = { id: 'say-1', by: 'ann', sha: testSha(1), round: 1, verdict, note: 'more' };
        const receipt = await rig.env.client.workflow
          .getHandle(handle.workflowId)
          .executeUpdate(messages.decideUpdate, { args: [first] })
          .catch((error: unknown) => error);
        expect(receipt).toEqual({ message: 'already recorded' });
      }
    }
    const latest = rig.env.client.workflow.getHandle(handle.workflowId);
    expect(await latest.result()).toMatchObject({ outcome: 'done' });
    await slots.stop();
    expect(await runsOf(handle.workflowId)).toBeGreaterThan(1);
    expect(ports.inputs('runTurn').map((input) => input.turn)).toEqual([1, 2, 3, 4, 5]);
    expect((await latest.query(messages.statusQuery)).usage).toMatchObject({ turns: 5, totalTokens: 5 * 15 });
  });

  it('carries a project over several runs without losing a claim or starting one twice (ORC-01, ORC-02, REC-11)', async () => {
    const issue = summarizeIssue(testIssue({ id: 'a', identifier: 'a' }));
    ports.usually('poll', () => ({ ...quietPoll, candidates: [{ issue, fingerprint: 'f' }] }));
    ports.usually('runTurn', untilCancelled);
    const handle = await rig.env.client.workflow.start(project, {
      workflowId: projectWorkflowId(rig.project),
      taskQueue: rig.queue,
      args: [newProject(rig.project, testConfig(), 'host')],
    });
    try {
      const latest = rig.env.client.workflow.getHandle(projectWorkflowId(rig.project));
      for (let look = 1; look <= 25; look += 1) {
        await latest.signal(messages.refreshSignal);
        while (ports.inputs('poll').length < look) await new Promise((resolve) => setTimeout(resolve, 20));
      }
      while ((await runsOf(handle.workflowId)) < 2) await new Promise((resolve) => setTimeout(resolve, 100));
      const state = await latest.query(messages.projectQuery);
      expect(state.tasks).toMatchObject({ a: { slot: 'held' } });
      expect(ports.inputs('claim')).toHaveLength(1);
    } finally {
      for await (const { workflowId } of rig.env.client.workflow.list({
        query: 'ExecutionStatus="Running"',
      })) {
        await rig.env.client.workflow.getHandle(workflowId).terminate();
      }
    }
  });
});
