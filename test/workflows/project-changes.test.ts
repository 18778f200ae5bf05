import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { newProject, projectWorkflowId } from '../../src/domain/project.js';
import { activityQueue } from '../../src/domain/queue.js';
import { summarizeIssue } from '../../src/domain/issue.js';
import { taskWorkflowId } from '../../src/domain/task.js';
import * as messages from '../../src/workflows/messages.js';
import { project } from '../../src/workflows/project.js';
import { heldUntil, quietPoll, testConfig, testIssue } from '../support/fake-ports.js';
import { useRig } from '../support/workflow-rig.js';
import { startHost } from '../support/workflow-workers.js';

describe('the changes of a project', () => {
  const { rig, ports } = useRig();
  let handle: WorkflowHandle<typeof project>;
  beforeEach(async () => {
    handle = await rig.env.client.workflow.start(project, {
      workflowId: projectWorkflowId(rig.project),
      taskQueue: rig.queue,
      args: [newProject(rig.project, testConfig(), 'host')],
    });
  });
  afterEach(() => handle.terminate());

  const open = async (identifier: string, number: number) => {
    const issue = summarizeIssue(testIssue({ id: identifier, identifier }));
    await handle.signal(messages.taskReportSignal, { issue, slot: 'none' });
    await handle.signal(messages.changeOpenedSignal, { issueId: identifier, number });
  };
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 50));
  };

  it('are looked after once a task has one, for as long as it has', async () => {
    expect(await handle.query(messages.changesQuery)).toEqual([]);
    await open('one', 12);
    await until(() => ports.inputs('watchChanges').length === 1);
    expect(await handle.query(messages.changesQuery)).toEqual([
      { taskWorkflowId: taskWorkflowId(rig.project, 'one'), number: 12 },
    ]);
    const settled = { issueId: 'one', source: 'tracker', outcome: 'done' } as const;
    await handle.signal(messages.taskSettledSignal, settled);
    expect(await handle.query(messages.changesQuery)).toEqual([]);
  });

  it('keep their numbers when a task reports again', async () => {
    await open('one', 12);
    const issue = summarizeIssue(testIssue());
    await handle.signal(messages.taskReportSignal, { issue, slot: 'asked' });
    expect(await handle.query(messages.changesQuery)).toHaveLength(1);
  });

  it('are looked at at once where somebody asks', async () => {
    await open('one', 12);
    await handle.signal(messages.refreshChangesSignal, { numbers: [12] });
    await until(() => ports.inputs('lookAtChanges').length === 1);
    await handle.signal(messages.refreshChangesSignal, { numbers: null });
    await until(() => ports.inputs('lookAtChanges').length === 2);
    expect(ports.inputs('lookAtChanges').map(({ numbers }) => numbers)).toEqual([[12], null]);
  });

  /** Holds the first look back; the returned function lets it go on. */
  const holdLook = () => {
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    ports.next('lookAtChanges', () => heldUntil(released));
    return release;
  };
  const asked = () => ports.inputs('lookAtChanges').map(({ numbers }) => numbers);
  const refresh = (...numbers: number[]) => handle.signal(messages.refreshChangesSignal, { numbers });

  it('are told to whoever asked for one, also where all are to be looked at', async () => {
    await open('one', 12);
    await open('two', 13);
    const release = holdLook();
    await refresh(13);
    await until(() => asked().length === 1);
    await refresh(12);
    await handle.signal(messages.refreshChangesSignal, { numbers: null });
    // Nobody has such a change.
    await refresh(99);
    release();
    await until(() => asked().length === 3);
    expect(asked()).toEqual([[13], [12], null]);
  });

  it('are watched by a new configuration, whoever has found that', async () => {
    await open('one', 12);
    await until(() => ports.inputs('watchChanges').length === 1);
    const config = { ...testConfig(), hash: 'another' };
    ports.next('poll', { ...quietPoll, config });
    await handle.signal(messages.refreshSignal);
    await until(() => ports.inputs('watchChanges').length === 2);
    expect(ports.inputs('watchChanges').map((input) => input.config)).toEqual(['hash', 'another']);
  });

  it('are looked at by another host where the one that was asked is away', async () => {
    const end = await startHost(rig.env, ports, activityQueue(rig.queue, rig.project, 'b'));
    try {
      await open('one', 12);
      holdLook();
      await refresh(12);
      await until(() => asked().length === 1);
      await handle.signal(messages.configureSignal, { config: testConfig(), host: 'b' });
      await until(() => asked().length === 2);
      expect(asked()).toEqual([[12], [12]]);
    } finally {
      await end();
    }
  });

  it('are a problem of the project while they cannot be looked at, whatever the tracker says', async () => {
    await open('one', 12);
    await until(() => ports.inputs('watchChanges').length === 1);
    ports.next('watchChanges', ApplicationFailure.nonRetryable('no token', 'forge_request'));
    const reconfigure = (hash: string) =>
      handle.signal(messages.configureSignal, { config: { ...testConfig(), hash }, host: 'host' });
    const problems = () => handle.query(messages.problemsQuery);
    const untilProblems = async (count: number) => {
      while ((await problems()).length !== count) await new Promise((resolve) => setTimeout(resolve, 50));
    };
    await reconfigure('second');
    await untilProblems(1);
    ports.next('poll', { ...quietPoll, problems: [{ where: 'one', message: 'has no title' }] });
    await handle.signal(messages.refreshSignal);
    await untilProblems(2);
    expect(await problems()).toEqual([
      { where: 'one', message: 'has no title' },
      { where: 'forge', message: 'changes are not watched: no token' },
    ]);
    expect((await handle.query(messages.knownQuery)).problems).toHaveLength(1);
    ports.next('watchChanges', () => Promise.resolve());
    await reconfigure('third');
    await untilProblems(1);
    expect(ports.inputs('watchChanges')[2]).toMatchObject({ isTroubled: true });
  });
});

describe('a long life of a project', () => {
  // The server suggests a new run after 60 events instead of some thousands.
  const { rig, ports } = useRig('limit.historyCount.suggestContinueAsNew=60');

  it('does not wait for a forge that is away, and asks it again', async () => {
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    ports.next('lookAtChanges', () => heldUntil(released));
    const workflowId = projectWorkflowId(rig.project);
    const begun = await rig.env.client.workflow.start(project, {
      workflowId,
      taskQueue: rig.queue,
      args: [newProject(rig.project, testConfig(), 'host')],
    });
    const latest = rig.env.client.workflow.getHandle<typeof project>(workflowId);
    try {
      const issue = summarizeIssue(testIssue());
      await latest.signal(messages.taskReportSignal, { issue, slot: 'none', change: 12 });
      await latest.signal(messages.changeOpenedSignal, { issueId: issue.id, number: 12 });
      await latest.signal(messages.refreshChangesSignal, { numbers: [12] });
      while ((await latest.describe()).runId === begun.firstExecutionRunId)
        await latest.signal(messages.changeOpenedSignal, { issueId: issue.id, number: 12 });
      while (ports.inputs('lookAtChanges').length < 2)
        await new Promise((resolve) => setTimeout(resolve, 50));
      expect(ports.inputs('lookAtChanges').map(({ numbers }) => numbers)).toEqual([[12], [12]]);
    } finally {
      release();
      await latest.terminate();
    }
  });
});
