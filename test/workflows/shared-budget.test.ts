import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import type { BudgetKind } from '../../src/domain/budget.js';
import type { ConfigRef } from '../../src/domain/config-view.js';
import type { ProjectState } from '../../src/domain/project.js';
import { newProject, projectWorkflowId } from '../../src/domain/project.js';
import type { SharedLimits, SharedScope } from '../../src/domain/shared-budget.js';
import type { TaskStatus } from '../../src/domain/status.js';
import { taskWorkflowId } from '../../src/domain/task.js';
import { noUsage } from '../../src/domain/usage.js';
import * as messages from '../../src/workflows/messages.js';
import type { TurnOutcome } from '../../src/workflows/ports.js';
import { project } from '../../src/workflows/project.js';
import type { task } from '../../src/workflows/task.js';
import {
  failedCheck,
  questionTurn,
  testConfig,
  testEvidence,
  testIssue,
  testSha,
} from '../support/fake-ports.js';
import { refusal, useRig } from '../support/workflow-rig.js';

describe('a budget that all tasks share', () => {
  const { rig, ports } = useRig('limit.historyCount.suggestContinueAsNew=60');
  let handle: WorkflowHandle<typeof project>;
  const started: WorkflowHandle[] = [];

  afterEach(async () => {
    await Promise.all([handle, ...started.splice(0)].map((one) => one.terminate().catch(() => undefined)));
  });

  const configOf = (shared: Partial<SharedLimits>, changes: Parameters<typeof testConfig>[0] = {}) =>
    testConfig({ ...changes, shared });
  const startProject = async (config: ConfigRef, changes: Partial<ProjectState> = {}) => {
    const { workflow } = rig.env.client;
    await workflow.start(project, {
      workflowId: projectWorkflowId(rig.project),
      taskQueue: rig.queue,
      args: [{ ...newProject(rig.project, config, 'host'), ...changes }],
    });
    // Follows the project over its runs.
    handle = workflow.getHandle(projectWorkflowId(rig.project));
  };
  /** A task from a prompt, which asks the project for its slot. */
  const start = async (identifier: string = randomUUID()) => {
    const issue = testIssue({ id: identifier, identifier, source: 'prompt' });
    const workflowId = taskWorkflowId(rig.project, identifier);
    const { workflow } = rig.env.client;
    await workflow.start<typeof task>('task', {
      workflowId,
      taskQueue: rig.queue,
      args: [{ project: rig.project, issue, grant: null, forced: true, state: null }],
    });
    const one = workflow.getHandle<typeof task>(workflowId);
    started.push(one);
    return one;
  };
  const raise = (scope: SharedScope, wanted: Partial<Record<BudgetKind, number>>) =>
    handle.executeUpdate(messages.raiseSharedUpdate, {
      args: [{ id: randomUUID(), by: 'ann', scope, usd: 0, tokens: 0, turns: 0, minutes: 0, ...wanted }],
    });
  const turn = (kind: 'completed' | 'limit', tokens: number, usd: number | null = 1): TurnOutcome => ({
    ...(kind === 'completed' ? { kind, summary: 'did it' } : { kind, message: 'no more is left' }),
    session: 'session-1',
    usage: { ...noUsage, inputTokens: tokens, totalTokens: tokens, costUsd: usd, agentMs: 60_000 },
  });
  const heldBy = (scope: SharedScope) => (status: TaskStatus) =>
    status.waiting?.kind === 'slot' && status.waiting.held?.spent?.scope === scope;
  const spending = async () => (await handle.query(messages.projectQuery)).spending;

  it.each<[BudgetKind, number, number, string]>([
    ['usd', 1, 9, '1.00 of 1.00 USD'],
    ['tokens', 100, 900, '100 of 100 tokens'],
    ['turns', 1, 9, '1 of 1 turns'],
    ['minutes', 1, 9, '1 of 1 minutes'],
  ])(
    'stops every task of the day at its %s, and goes on when a person raises it',
    async (kind, limit, more, sentence) => {
      ports.next('runTurn', turn('completed', 100), turn('completed', 100));
      ports.next('verify', testEvidence(testSha(1), 'base', [failedCheck]));
      await startProject(configOf({ day: { [kind]: limit } }));
      const first = await start();
      const held = await rig.until(first, heldBy('day'));
      expect(held.waitingFor).toMatch(/^the budget of the day until \d{4}-\d\d-\d\dT00:00:00.000Z: /);
      expect(held.waitingFor).toContain(`${sentence} are spent`);
      expect(held.next[0]?.command).toMatch(new RegExp(`^continuo budget --day --${kind} `));
      const second = await start();
      await rig.until(second, heldBy('day'));
      expect((await handle.query(messages.knownQuery)).dispatching).toBe(false);
      // A retry would spend what is spent.
      const retry = first.executeUpdate(messages.retryUpdate, {
        args: [{ id: randomUUID(), by: 'ann', note: '' }],
      });
      expect(await refusal(retry)).toContain('raise it first');
      expect(ports.inputs('runTurn')).toHaveLength(1);

      expect((await raise('day', { [kind]: more })).message).toContain(
        'the budget of the day was raised by ann to 9',
      );
      await Promise.all([first.result(), second.result()]);
      expect(ports.inputs('runTurn')).toHaveLength(3);
    },
  );

  it('waits for a person where the budget of the project is used up', async () => {
    ports.next('runTurn', turn('limit', 100));
    await startProject(configOf({ project: { tokens: 100 } }));
    const one = await start();
    const held = await rig.until(one, heldBy('project'));
    expect(held.waitingFor).toBe('somebody to raise the budget of the project: 100 of 100 tokens are spent');
    expect(await refusal(raise('project', { tokens: 100 }))).toBe('its limit of tokens is 100 already');
    expect(await refusal(raise('project', { usd: 5 }))).toBe('nothing limits its usd');
    await raise('project', { tokens: 200 });
    await one.result();
  });

  it('goes on by itself when the day is over', async () => {
    const until = new Date(Date.now() + 1_000).toISOString();
    const day = { date: '2020-01-01', usage: { ...noUsage, turns: 1 }, raised: {} };
    const spent = { scope: 'day', of: 'turns', spent: 1, limit: 1 } as const;
    await startProject(configOf({ day: { turns: 1 } }), {
      holds: { day: { until, message: '1 of 1 turns are spent', spent } },
      spending: { days: [day], project: { usage: day.usage, raised: {} } },
    });
    await (await start()).result();
    expect((await spending()).days.map(({ usage }) => usage.turns)).toEqual([1, 1]);
  });

  it('gives each turn what is left for all, also where another task has spent meanwhile', async () => {
    ports.next('runTurn', turn('completed', 100), turn('completed', 30), turn('completed', 5));
    ports.next('verify', testEvidence(testSha(1), 'base', [failedCheck]));
    await startProject(
      configOf({ day: { tokens: 1000 }, project: { usd: 50 } }, { limits: { tokens: 900 } }),
    );
    await (await start()).result();
    await (await start()).result();
    expect(ports.inputs('runTurn').map(({ limits }) => limits)).toEqual([
      { tokens: 900, usd: 50 },
      { tokens: 800, usd: 49 },
      { tokens: 870, usd: 48 },
    ]);
  });

  it('counts what reviewers spend, and tells them what is left', async () => {
    ports.next('runTurn', turn('completed', 30));
    const { usage } = turn('completed', 60);
    ports.next('review', { kind: 'reviewed', findings: [], usage });
    await startProject(configOf({ day: { tokens: 100 } }, { agents: ['bugs'] }));
    await (await start()).result();
    expect(ports.inputs('review').map(({ limits }) => limits.tokens)).toEqual([70]);
    expect((await spending()).project.usage).toMatchObject({ turns: 1, totalTokens: 90 });
  });

  it('counts a turn that waits for an answer once, and leaves it what it had', async () => {
    const asking = questionTurn('Blue or green?');
    ports.next('runTurn', asking, turn('completed', 40));
    await startProject(configOf({ day: { tokens: 100 } }));
    const one = await start();
    const { question } = await rig.until(one, ({ waiting }) => waiting?.kind === 'question');
    expect((await spending()).project.usage).toMatchObject({ turns: 1, totalTokens: 15 });
    await one.executeUpdate(messages.answerUpdate, {
      args: [{ id: randomUUID(), by: 'ann', questionId: question!.id, text: 'Blue' }],
    });
    await one.result();
    expect(ports.inputs('runTurn').map(({ limits }) => limits?.tokens)).toEqual([100, 100]);
    expect((await spending()).project.usage).toMatchObject({ turns: 1, totalTokens: 40 });
  });

  it('is carried over the runs of the project, and counts what is said twice once (OBS-10)', async () => {
    await startProject(configOf({ day: { turns: 1000 } }));
    const [{ runId }, reporter] = [await handle.describe(), testIssue({ id: 'x', identifier: 'x' })];
    const report = (turns: number): [messages.TaskReport] => [
      { issue: reporter, slot: 'none', spent: { ...noUsage, turns, totalTokens: 10 * turns } },
    ];
    await handle.signal(messages.taskReportSignal, ...report(0));
    for (let turns = 1; turns <= 40; turns += 1) {
      await handle.signal(messages.taskReportSignal, ...report(turns));
      await handle.signal(messages.taskReportSignal, ...report(turns));
    }
    const deadline = Date.now() + 100_000;
    while ((await handle.describe()).runId === runId && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await handle.describe()).runId).not.toBe(runId);
    await handle.signal(messages.taskReportSignal, ...report(41));
    const { days, project: all } = await spending();
    expect([days.at(-1)?.usage.totalTokens, all.usage.turns]).toEqual([410, 41]);
  });

  it('goes on when the workflow file allows more', async () => {
    ports.next('runTurn', turn('limit', 100));
    await startProject(configOf({ day: { tokens: 100 } }));
    const one = await start();
    await rig.until(one, heldBy('day'));
    const config = { ...configOf({ day: { tokens: 500 } }), hash: 'another' };
    await handle.signal(messages.configureSignal, { config, host: 'host' });
    await one.result();
  });
});
