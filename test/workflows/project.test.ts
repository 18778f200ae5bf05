import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Candidate, Poll, ProjectState } from '../../src/domain/project.js';
import { newProject, projectWorkflowId, startable } from '../../src/domain/project.js';
import { summarizeIssue } from '../../src/domain/issue.js';
import { taskWorkflowId } from '../../src/domain/task.js';
import * as messages from '../../src/workflows/messages.js';
import { project } from '../../src/workflows/project.js';
import { useRig } from '../support/workflow-rig.js';
import { quietPoll, testConfig, testIssue, untilCancelled } from '../support/fake-ports.js';

describe('the project workflow', () => {
  const { rig, ports } = useRig();
  let name: string;
  let handle: WorkflowHandle<typeof project>;

  beforeEach(() => {
    name = rig.project;
  });
  afterEach(async () => {
    const { workflow } = rig.env.client;
    const open = workflow.list({
      query: `ContinuoProject="${name}" AND ExecutionStatus="Running"`,
    });
    for await (const { workflowId } of open)
      await workflow
        .getHandle(workflowId)
        .terminate()
        .catch(() => undefined);
    await handle.terminate().catch(() => undefined);
  });

  const config = (maxConcurrent: number) => testConfig({ maxConcurrent });
  const candidate = (identifier: string, priority: number | null = null): Candidate => ({
    issue: summarizeIssue(testIssue({ id: identifier, identifier, priority })),
    fingerprint: `print of ${identifier}`,
  });
  const found = (...candidates: Candidate[]): Poll => ({ ...quietPoll, candidates });
  /** A tracker that lists these issues at every look, as a real one does. */
  const listing = (...candidates: Candidate[]) => {
    ports.usually('poll', ({ known }) => found(...startable(known, config(2).view.agent, candidates)));
  };
  const start = async (maxConcurrent: number) => {
    handle = await rig.env.client.workflow.start(project, {
      workflowId: projectWorkflowId(name),
      taskQueue: rig.queue,
      args: [newProject(name, config(maxConcurrent), 'host')],
    });
  };
  const task = (identifier: string) => rig.env.client.workflow.getHandle(taskWorkflowId(name, identifier));
  const state = () => handle.query(messages.projectQuery);
  const until = async (wanted: (state: ProjectState) => boolean | Promise<boolean>) => {
    const deadline = Date.now() + 100_000;
    for (;;) {
      const now = await state();
      if (await wanted(now)) return now;
      if (Date.now() > deadline) throw new Error(`never came: ${JSON.stringify(now, null, 1)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const untilClaimed = (...identifiers: string[]) =>
    until(() => {
      const claimed = ports.inputs('claim').map(({ issueId }) => issueId);
      return identifiers.every((identifier) => claimed.includes(identifier));
    });
  /** How often the project has asked for the task of an issue. What came after it in the same look is started later. */
  const startsOf = async (identifier: string) => {
    const { events } = await handle.fetchHistory();
    const started = (events ?? []).map(
      (event) => event.startChildWorkflowExecutionInitiatedEventAttributes?.workflowId,
    );
    return started.filter((id) => id === taskWorkflowId(name, identifier)).length;
  };

  it('starts tasks in order while slots are free, and the next one when a slot comes back (DSP-06)', async () => {
    const all = [candidate('c'), candidate('b', 1), candidate('a', 2)];
    listing(...all);
    ports.next('watch', found(...startable({ tasks: {}, settled: {} }, config(2).view.agent, all)));
    await start(2);
    const settled = await until((now) => Object.keys(now.settled).length === 3);
    expect(settled.tasks).toEqual({});
    const claims = ports.inputs('claim').map((input) => input.issueId);
    expect(claims.slice(0, 2).sort()).toEqual(['a', 'b']);
    expect(claims[2]).toBe('c');
  });

  it('never holds more slots than the limit (DSP-04)', async () => {
    let running = 0;
    let most = 0;
    ports.usually('runTurn', async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 1000));
      running -= 1;
      return {
        kind: 'completed',
        summary: 'ok',
        session: null,
        usage: { inputTokens: 0, outputTokens: 0, totalTokens: 0, costUsd: null, agentMs: 1 },
      };
    });
    const all = ['a', 'b', 'c', 'd', 'e'].map((identifier) => candidate(identifier));
    listing(...all);
    ports.next('watch', found(...all.slice(0, 2)));
    await start(2);
    await until((now) => Object.keys(now.settled).length === 5);
    expect(most).toBe(2);
  });

  it('does not start an issue again that has settled, until it may', async () => {
    ports.next('watch', found(candidate('a')));
    await start(2);
    await until((now) => 'a' in now.settled);
    ports.next('poll', found(candidate('a')));
    await handle.signal(messages.refreshSignal);
    await until(() => ports.inputs('poll').length >= 2);
    expect(ports.inputs('claim')).toHaveLength(1);

    ports.next('poll', { ...found(candidate('a')), unsettled: ['a'] });
    await handle.signal(messages.refreshSignal);
    await until(() => ports.inputs('claim').length === 2);
  });

  it('starts one task when two looks see the same issue at once (ORC-06)', async () => {
    ports.next('watch', found(candidate('a'), candidate('b')));
    ports.next('poll', found(candidate('a'), candidate('c')));
    ports.usually('runTurn', () => untilCancelled());
    await start(3);
    await handle.signal(messages.refreshSignal);
    await untilClaimed('a', 'b', 'c');
    expect(await startsOf('a')).toBe(1);
  });

  it('tells a task what the tracker says of its issue', async () => {
    ports.next('watch', found(candidate('a')));
    ports.next('runTurn', untilCancelled);
    await start(2);
    await until(() => ports.inputs('runTurn').length === 1);
    ports.next('poll', {
      ...quietPoll,
      changes: [{ id: 'a', kind: 'terminal', state: 'Done', fingerprint: null }],
    });
    await handle.signal(messages.refreshSignal);
    expect(await task('a').result()).toMatchObject({ outcome: 'cancelled' });
  });

  it('starts issues whose names JavaScript has a use for', async () => {
    const names = ['constructor', '__proto__', 'toString'];
    const all = names.map((identifier) => candidate(identifier));
    listing(...all);
    await start(2);
    await handle.signal(messages.refreshSignal);
    const now = await until((seen) => Object.keys(seen.settled).length === 3);
    expect(Object.keys(now.settled).sort()).toEqual([...names].sort());
  });

  it('frees the slot of a task that was terminated, and does not start it again', async () => {
    ports.next('watch', found(candidate('a')));
    ports.next('runTurn', untilCancelled);
    await start(1);
    await until(() => ports.inputs('runTurn').length === 1);
    await task('a').terminate();
    ports.next('poll', { ...quietPoll, closed: ['a'] });
    await handle.signal(messages.refreshSignal);
    const now = await until((seen) => Object.keys(seen.tasks).length === 0);
    expect(now.settled).toEqual({ a: { outcome: 'cancelled', fingerprint: 'print of a' } });
  });

  it('gives a task of a prompt its slot when one is free', async () => {
    ports.next('runTurn', untilCancelled);
    ports.next('watch', found(candidate('a')));
    await start(1);
    await until(() => ports.inputs('runTurn').length === 1);
    const issue = testIssue({ id: 'prompt-1', identifier: 'prompt-1', source: 'prompt' });
    const input = { project: name, issue, grant: null, forced: true, state: null };
    const prompted = await rig.env.client.workflow.start('task', {
      workflowId: taskWorkflowId(name, 'prompt-1'),
      taskQueue: rig.queue,
      args: [input],
    });
    await until((now) => now.tasks['prompt-1']?.slot === 'asked');
    await task('a').signal(messages.cancelSignal, { id: 'x', by: 'ann', note: '' });
    expect(await prompted.result()).toMatchObject({ outcome: 'done' });
  });

  it('starts an issue once more whose task was closed before the project knew of it, and once only', async () => {
    const issue = testIssue({ id: 'a', identifier: 'a', source: 'prompt' });
    const input = { project: name, issue, grant: null, forced: true, state: null };
    const closed = await rig.env.client.workflow.start('task', {
      workflowId: taskWorkflowId(name, 'a'),
      taskQueue: rig.queue,
      args: [input],
    });
    await rig.until(closed, ({ waiting }) => waiting?.kind === 'slot');
    await closed.terminate();
    ports.next('watch', found(candidate('a'), candidate('b')));
    ports.next('poll', found(candidate('a'), candidate('c')));
    ports.usually('runTurn', () => untilCancelled());
    await start(3);
    await handle.signal(messages.refreshSignal);
    await untilClaimed('a', 'b', 'c');
    expect(await startsOf('a')).toBe(1);
  });

  it('takes back into its books a task that outlived the project', async () => {
    const issue = testIssue({ id: 'old', identifier: 'old', source: 'prompt' });
    const input = { project: name, issue, grant: null, forced: true, state: null };
    const old = await rig.env.client.workflow.start('task', {
      workflowId: taskWorkflowId(name, 'old'),
      taskQueue: rig.queue,
      args: [input],
    });
    await start(1);
    expect(await old.result()).toMatchObject({ outcome: 'done' });
  });

  it('pauses everything and goes on', async () => {
    ports.next('runTurn', untilCancelled);
    ports.next('watch', found(candidate('a')));
    await start(2);
    await until(() => ports.inputs('runTurn').length === 1);
    const said = { id: randomUUID(), by: 'ann', note: '' };
    const receipt = await handle.executeUpdate(messages.pauseUpdate, { args: [said] });
    expect(receipt.message).toContain('1 live tasks pause');
    ports.next('poll', found(candidate('b')));
    await handle.signal(messages.refreshSignal);
    await until(() => ports.inputs('poll').length === 1);
    expect(ports.inputs('claim')).toHaveLength(1);

    ports.next('poll', found(candidate('b')));
    await handle.executeUpdate(messages.resumeUpdate, { args: [{ ...said, id: randomUUID() }] });
    await until((now) => 'b' in now.settled);
  });

  it('starts an issue by name, and says when there is none or when it is live', async () => {
    await start(1);
    const message = (identifier: string) => ({
      args: [{ id: randomUUID(), by: 'ann', identifier }] as [messages.StartIssueMessage],
    });
    const failure = async (identifier: string) => {
      const error: unknown = await handle.executeUpdate(messages.startIssueUpdate, message(identifier)).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(WorkflowUpdateFailedError);
      return String((error as WorkflowUpdateFailedError).cause?.message);
    };
    expect(await failure('nowhere')).toBe('the tracker has no issue nowhere');
    ports.next('find', candidate('a'), candidate('a'));
    ports.next('runTurn', untilCancelled);
    await handle.executeUpdate(messages.startIssueUpdate, message('a'));
    await until(() => ports.inputs('runTurn').length === 1);
    expect(await failure('a')).toBe('a has a live task already');
    expect(ports.inputs('claim')).toMatchObject([{ evenIfIneligible: true }]);
  });

  it('goes on when the watch fails for good, and says so until it works again (REC-12, OBS-03)', async () => {
    ports.next('watch', ApplicationFailure.nonRetryable('no such configuration here', 'config_missing'));
    await start(1);
    const now = await until((seen) => seen.problems.length === 1);
    expect(now.problems[0]?.message).toContain('no such configuration here');
    ports.next('watch', { ...found(candidate('a')), problems: [] });
    await handle.signal(messages.configureSignal, { config: config(1), host: 'host' });
    await until((seen) => 'a' in seen.settled && seen.problems.length === 0);
  });

  it('does not start what a look found when a task has taken the slot meanwhile', async () => {
    ports.usually('runTurn', untilCancelled);
    let look: () => void = () => undefined;
    const looking = new Promise<void>((resolve) => (look = resolve));
    ports.next('poll', async () => {
      await looking;
      return found(candidate('late'));
    });
    await start(1);
    await handle.signal(messages.refreshSignal);
    await until(() => ports.inputs('poll').length === 1);
    const issue = testIssue({ id: 'prompt-1', identifier: 'prompt-1', source: 'prompt' });
    await rig.env.client.workflow.start('task', {
      workflowId: taskWorkflowId(name, 'prompt-1'),
      taskQueue: rig.queue,
      args: [{ project: name, issue, grant: null, forced: true, state: null }],
    });
    await until((seen) => seen.tasks['prompt-1']?.slot === 'held');
    look();
    await handle.signal(messages.refreshSignal);
    await until(() => ports.inputs('poll').length === 2);
    expect(Object.keys((await state()).tasks)).toEqual(['prompt-1']);
  });

  it('does not start a task again that was terminated while it asked for a slot', async () => {
    ports.usually('runTurn', untilCancelled);
    ports.next('watch', found(candidate('a')));
    await start(1);
    await until(() => ports.inputs('runTurn').length === 1);
    ports.next('find', candidate('b'));
    const message = { id: randomUUID(), by: 'ann', identifier: 'b' };
    await handle.executeUpdate(messages.startIssueUpdate, { args: [message] });
    await until((seen) => seen.tasks.b?.slot === 'asked');
    await task('b').terminate();
    await task('a').signal(messages.cancelSignal, { id: 'x', by: 'ann', note: '' });
    const now = await until((seen) => seen.tasks.b === undefined);
    expect(now.settled.b).toMatchObject({ outcome: 'cancelled' });
  });

  it('ignores and records signals that nobody could have meant', async () => {
    await start(1);
    for (const payload of [undefined, null, 7, [], { identifier: 7 }])
      await handle.signal('startIssue', payload);
    await handle.signal('resume');
    const now = await until((seen) => seen.remarks.length === 6);
    expect(now.remarks.at(-1)).toContain('ignored a resume by unknown: the project is not paused');
  });

  it('leaves a task paused that was paused by itself when all are resumed', async () => {
    ports.usually('runTurn', untilCancelled);
    ports.next('watch', found(candidate('a'), candidate('b')));
    await start(2);
    await until(() => ports.inputs('runTurn').length === 2);
    const said = () => ({ id: randomUUID(), by: 'ann', note: '' });
    await task('a').signal(messages.pauseSignal, said());
    await handle.executeUpdate(messages.pauseUpdate, { args: [said()] });
    await handle.executeUpdate(messages.resumeUpdate, { args: [said()] });
    const stateOf = (identifier: string) => task(identifier).query(messages.stateQuery);
    await until(async () => (await stateOf('b')).pausedBy === null);
    expect((await stateOf('a')).pausedBy).toBe('ann');
  });

  it('works on with a new configuration (REL-02)', async () => {
    const changed = { ...config(1), hash: 'changed' };
    ports.next('watch', { ...quietPoll, config: changed });
    await start(2);
    await until((now) => now.config.hash === 'changed');
    await until(() => ports.inputs('watch').at(-1)?.config === 'changed');
  });

  it('shows problems of the workflow file and the tracker in its details (OBS-03)', async () => {
    ports.next('watch', { ...quietPoll, problems: [{ where: 'tasks/x.md', message: 'title is missing' }] });
    await start(2);
    await until((now) => now.problems.length === 1);
    const metadata = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
    expect(metadata.currentDetails).toContain('Problem in `tasks/x.md`: title is missing');
  });

  it('tells tasks of a new workflow file: one that waits for its base lands at once on the new one (REL-04)', async () => {
    ports.next('watch', found(candidate('a')));
    ports.next('rebase', { kind: 'blocked', message: 'there is no branch main' });
    await start(1);
    const waiting = async () => (await task('a').query(messages.statusQuery)).waiting?.kind;
    await until(async ({ tasks }) => 'a' in tasks && (await waiting()) === 'base');
    const { view } = config(1);
    const land = { mode: 'merge', strategy: 'squash', base: 'trunk' } as const;
    const renamed = { hash: 'renamed', view: { ...view, gates: { ...view.gates, land } } };
    await handle.signal(messages.configureSignal, { config: renamed, host: 'host' });
    await until(({ settled }) => settled.a?.outcome === 'done');
    expect(ports.inputs('requestLanding').map(({ entry }) => [entry.base, entry.configHash])).toEqual([
      ['main', 'hash'],
      ['trunk', 'renamed'],
    ]);
  });

  it('moves the issue of a task that a person cancels before it had any slot', async () => {
    const { hash, view } = config(0);
    const cancelling = { hash, view: { ...view, tracker: { ...view.tracker, onCancel: 'Cancelled' } } };
    ports.usually('find', () => candidate('a'));
    handle = await rig.env.client.workflow.start(project, {
      workflowId: projectWorkflowId(name),
      taskQueue: rig.queue,
      args: [newProject(name, cancelling, 'host')],
    });
    const message = { id: randomUUID(), by: 'ann', note: '' };
    await handle.executeUpdate(messages.startIssueUpdate, { args: [{ ...message, identifier: 'a' }] });
    await until(({ tasks }) => tasks.a?.slot === 'asked');
    await task('a').executeUpdate(messages.cancelUpdate, { args: [message] });
    await until(({ settled }) => settled.a?.outcome === 'cancelled');
    expect(ports.inputs('transition')).toMatchObject([{ issueId: 'a', state: 'Cancelled' }]);
  });
});
