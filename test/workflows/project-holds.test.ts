import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import { summarizeIssue } from '../../src/domain/issue.js';
import { newProject, projectWorkflowId } from '../../src/domain/project.js';
import { taskWorkflowId } from '../../src/domain/task.js';
import type { TaskStatus } from '../../src/domain/status.js';
import * as messages from '../../src/workflows/messages.js';
import { project } from '../../src/workflows/project.js';
import { completedTurn, quietPoll, testConfig, testIssue } from '../support/fake-ports.js';
import { useRig } from '../support/workflow-rig.js';

describe('a quota that is used up', () => {
  const { rig, ports } = useRig();
  let name: string;
  let handle: WorkflowHandle<typeof project>;

  beforeEach(() => {
    name = rig.project;
  });
  afterEach(async () => {
    for (const id of ['first', 'second'])
      await task(id)
        .terminate()
        .catch(() => undefined);
    await handle.terminate().catch(() => undefined);
  });

  const task = (id: string) => rig.env.client.workflow.getHandle(taskWorkflowId(name, id));
  const said = () => ({ id: randomUUID(), by: 'ann', note: '' });
  const candidate = (id: string) => ({
    issue: summarizeIssue(testIssue({ id, identifier: id })),
    fingerprint: 'f',
  });
  const until = async (id: string, wanted: (status: TaskStatus) => boolean) => {
    const deadline = Date.now() + 100_000;
    for (;;) {
      const status = await task(id)
        .query(messages.statusQuery)
        .catch(() => null);
      if (status !== null && wanted(status)) return status;
      if (Date.now() > deadline) throw new Error(`never came: ${JSON.stringify(status)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  /** The first task finds the quota used up until then; the second one is started by a person. */
  const startBoth = async (comesBack: string) => {
    ports.next('watch', { ...quietPoll, candidates: [candidate('first')] });
    ports.next('runTurn', {
      ...completedTurn(''),
      kind: 'quota',
      until: comesBack,
      message: 'limit reached',
    });
    ports.next('find', candidate('second'));
    handle = await rig.env.client.workflow.start(project, {
      workflowId: projectWorkflowId(name),
      taskQueue: rig.queue,
      args: [newProject(name, testConfig(), 'host')],
    });
    await until('first', ({ waiting }) => waiting?.kind === 'backoff');
    await handle.executeUpdate(messages.startIssueUpdate, { args: [{ ...said(), identifier: 'second' }] });
  };

  it('holds up every task of the project, and says until when', async () => {
    const comesBack = new Date(Date.now() + 3_600_000).toISOString();
    await startBoth(comesBack);
    const held = await until(
      'second',
      ({ waiting }) => waiting?.kind === 'slot' && waiting.held !== undefined,
    );
    expect(held.waitingFor).toMatch(/^the quota of its agent until .*: limit reached$/);
    const { lastError } = await until('first', () => true);
    expect(lastError).toMatchObject({
      category: 'quota',
      message: 'limit reached',
      remedy: expect.stringContaining('goes on by itself'),
    });
    const { holds } = await handle.query(messages.projectQuery);
    expect(Date.parse(holds['command/inherit']!.until!)).toBeGreaterThan(Date.parse(comesBack));
    expect((await handle.query(messages.knownQuery)).dispatching).toBe(false);
    expect(ports.inputs('runTurn')).toHaveLength(1);

    // A person does not want to wait, for this one.
    await task('second').executeUpdate(messages.retryUpdate, { args: [said()] });
    await task('second').result();
    expect((await until('first', () => true)).waiting?.kind).toBe('backoff');
    await task('first').executeUpdate(messages.retryUpdate, { args: [said()] });
    await task('first').result();
  });

  it('lets them go on when it has come back', async () => {
    await startBoth(new Date().toISOString());
    await Promise.all([task('first').result(), task('second').result()]);
    const { holds } = await handle.query(messages.projectQuery);
    expect(holds).toEqual({});
  });
});
