import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import { newProject, projectWorkflowId } from '../../src/domain/project.js';
import { summarizeIssue } from '../../src/domain/issue.js';
import { activityQueue } from '../../src/domain/queue.js';
import { taskWorkflowId } from '../../src/domain/task.js';
import * as messages from '../../src/workflows/messages.js';
import { project } from '../../src/workflows/project.js';
import {
  heldUntil,
  quietPoll,
  testConfig,
  testIssue,
  testSha,
  testWorkspace,
  untilCancelled,
} from '../support/fake-ports.js';
import { useRig } from '../support/workflow-rig.js';
import { startHost as startWorker } from '../support/workflow-workers.js';

describe('several hosts of one project', () => {
  const { rig, ports } = useRig();
  let handle: WorkflowHandle<typeof project>;
  const ended: (() => Promise<void>)[] = [];

  afterEach(async () => {
    await handle.terminate();
    await rig.env.client.workflow
      .getHandle(taskWorkflowId(rig.project, 'one'))
      .terminate()
      .catch(() => undefined);
    for (const end of ended.splice(0)) await end();
  });

  /** A worker of another host, with the same ports; it is gone when the returned function has returned. */
  const startHost = async (host: string) => {
    const end = await startWorker(rig.env, ports, activityQueue(rig.queue, rig.project, host));
    ended.push(end);
    return end;
  };
  const until = async (wanted: () => boolean | Promise<boolean>) => {
    const deadline = Date.now() + 80_000;
    while (!(await wanted())) {
      if (Date.now() > deadline)
        throw new Error(JSON.stringify(await handle.query(messages.projectQuery), null, 1));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const startOn = async (...hosts: string[]) => {
    handle = await rig.env.client.workflow.start(project, {
      workflowId: projectWorkflowId(rig.project),
      taskQueue: rig.queue,
      args: [newProject(rig.project, testConfig(), 'host')],
    });
    await handle.signal(messages.configureSignal, { config: testConfig(), host: 'host' });
    for (const host of hosts) await handle.signal(messages.hostJoinedSignal, { host, config: 'hash' });
    ports.usually('prepare', ({ headSha }) => ({
      kind: 'ready',
      workspace: { ...testWorkspace, host: 'b' },
      headSha,
      notes: [],
    }));
  };
  /** The first host is drained for a moment, so that the task begins at the other one. */
  const startTaskAtB = async () => {
    await handle.executeUpdate(messages.drainUpdate, {
      args: [{ id: randomUUID(), by: 'ann', host: 'host', undo: false }],
    });
    const one = { issue: summarizeIssue(testIssue()), fingerprint: 'print' };
    ports.next('poll', { ...quietPoll, candidates: [one] });
    await handle.signal(messages.refreshSignal);
    await until(() => ports.inputs('runTurn').length === 1);
    ports.usually('prepare', ({ headSha }) => ({
      kind: 'ready',
      workspace: testWorkspace,
      headSha,
      notes: [],
    }));
    await handle.executeUpdate(messages.drainUpdate, {
      args: [{ id: randomUUID(), by: 'ann', host: 'host', undo: true }],
    });
    return rig.env.client.workflow.getHandle(taskWorkflowId(rig.project, 'one'));
  };

  it('have a task go on elsewhere when its host is down, and its agent is told', async () => {
    const end = await startHost('b');
    await startOn('b');
    ports.next('runTurn', untilCancelled);
    await startTaskAtB();
    await end();
    await until(() => ports.inputs('runTurn').length >= 2);
    const again = ports.inputs('runTurn').at(-1)!;
    expect(again.workspace.host).toBe('host');
    expect(again.turn).toBe(2);
    expect(again.session).toBeNull();
    expect(again.feedback).toEqual([{ kind: 'moved', from: 'b', why: 'down', sha: null }]);
    await until(async () => 'one' in (await handle.query(messages.projectQuery)).settled);
    const state = await handle.query(messages.projectQuery);
    expect(state.hosts.b?.answers).toBe(false);
    const metadata = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
    expect(metadata.currentDetails).toContain('Hosts: `host` up · `b` down');
    // Its worker comes back.
    await startHost('b');
    await until(async () => (await handle.query(messages.projectQuery)).hosts.b?.answers === true);
  });

  it('have a task leave a drained host after its turn, and go on in the phase where it was', async () => {
    await startHost('b');
    await startOn('b');
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    ports.next('runTurn', async () => {
      await heldUntil(released);
      return {
        kind: 'completed',
        summary: 'did it',
        session: 's',
        usage: { inputTokens: 0, outputTokens: 0, totalTokens: 0, costUsd: null, agentMs: 1 },
      };
    });
    await startTaskAtB();
    const drain = { id: randomUUID(), by: 'ann', host: 'b', undo: false };
    await handle.executeUpdate(messages.drainUpdate, { args: [drain] });
    release();
    await until(async () => 'one' in (await handle.query(messages.projectQuery)).settled);
    expect(ports.inputs('runTurn')).toHaveLength(1);
    const [first] = ports.inputs('verify');
    expect([first?.workspace.host, first?.sha]).toEqual(['host', testSha(1)]);
    expect(ports.inputs('prepare').map(({ headSha }) => headSha)).toEqual([null, testSha(1)]);
  });
});
