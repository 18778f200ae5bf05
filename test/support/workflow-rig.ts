import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import { Client, WorkflowUpdateFailedError } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import type { ConfigRef } from '../../src/domain/config-view.js';
import { landingWorkflowId } from '../../src/domain/landing.js';
import type { Issue } from '../../src/domain/issue.js';
import type { Origin } from '../../src/domain/rewind.js';
import type { TaskStatus } from '../../src/domain/status.js';
import type { TaskState } from '../../src/domain/task.js';
import { taskWorkflowId } from '../../src/domain/task.js';
import type { TaskInput, TaskReport } from '../../src/workflows/messages.js';
import {
  stateQuery,
  slotGrantedSignal,
  statusQuery,
  taskReportSignal,
} from '../../src/workflows/messages.js';
import { activityQueue } from '../../src/domain/queue.js';
import { taskAttributes } from '../../src/workflows/search-attributes.js';
import type { task } from '../../src/workflows/task.js';
import type { FakePorts } from './fake-ports.js';
import { testConfig, testIssue } from './fake-ports.js';
import { workflowBundle } from './temporal.js';

type TaskHandle = WorkflowHandle<typeof task>;

/** The real workflows on a real server, with the ports of a test behind them. */
export interface Rig {
  env: TestWorkflowEnvironment;
  queue: string;
  /** Starts a task with its slot, as a project does. */
  start(changes?: {
    issue?: Partial<Issue>;
    config?: ConfigRef;
    state?: TaskState;
    origin?: Origin;
  }): Promise<TaskHandle>;
  /** Grants every slot that the task asks for, until `stop` is called. */
  grantSlots(handle: TaskHandle, config?: ConfigRef): { stop: () => Promise<void> };
  /** Waits until the task's status is as wanted; fails with the last status otherwise. */
  until(handle: TaskHandle, wanted: (status: TaskStatus) => boolean): Promise<TaskStatus>;
  state(handle: TaskHandle): Promise<TaskState>;
  close(): Promise<void>;
}

/** Without ports the test has workers of its own. */
export async function openRig(env: TestWorkflowEnvironment, ports: FakePorts | null): Promise<Rig> {
  const queue = `test-${randomUUID()}`;
  const workers = ports === null ? [] : await startWorkers(env, queue, ports);
  const running = workers.map((worker) => worker.run());
  // The environment's own client skips time whenever it waits for a result.
  const { workflow } = new Client({ connection: env.connection, namespace: env.namespace ?? 'default' });
  const started: TaskHandle[] = [];

  const rig: Rig = {
    env,
    queue,
    async start({ issue, config = testConfig(), state, origin } = {}) {
      const subject = testIssue({ identifier: randomUUID(), source: 'prompt', ...issue });
      const input: TaskInput = {
        project: 'test',
        issue: subject,
        grant: { config, host: 'host' },
        forced: false,
        state: state ?? null,
        ...(origin && { origin }),
      };
      const handle = await workflow.start<typeof task>('task', {
        workflowId: taskWorkflowId('test', subject.identifier),
        taskQueue: queue,
        args: [input],
        typedSearchAttributes: taskAttributes('test', subject.identifier),
      });
      started.push(handle);
      return handle;
    },
    grantSlots(handle, config = testConfig()) {
      const stopping = new AbortController();
      const granting = (async () => {
        while (!stopping.signal.aborted) {
          if (await asksForSlot(handle)) await handle.signal(slotGrantedSignal, { config, host: 'host' });
          await pause(50);
        }
      })();
      return {
        async stop() {
          stopping.abort();
          await granting;
        },
      };
    },
    async until(handle, wanted) {
      const deadline = Date.now() + 60_000;
      for (;;) {
        const status = await handle.query(statusQuery);
        if (wanted(status)) return status;
        if (Date.now() > deadline) throw new Error(`never came: ${JSON.stringify(status, null, 1)}`);
        await pause(50);
      }
    },
    state: (handle) => handle.query(stateQuery),
    async close() {
      const train = workflow.getHandle(landingWorkflowId(queue, 'main'));
      await Promise.all([...started, train].map((handle) => handle.terminate().catch(() => undefined)));
      for (const worker of workers) worker.shutdown();
      await Promise.all(running);
    },
  };
  return rig;
}

async function startWorkers(
  env: TestWorkflowEnvironment,
  queue: string,
  ports: FakePorts,
): Promise<Worker[]> {
  const activities = { ...ports.activities() };
  return Promise.all([
    Worker.create({
      connection: env.nativeConnection,
      workflowBundle: await workflowBundle(),
      taskQueue: queue,
    }),
    Worker.create({
      connection: env.nativeConnection,
      taskQueue: activityQueue(queue, 'host'),
      activities,
      maxHeartbeatThrottleInterval: '100ms',
      defaultHeartbeatThrottleInterval: '100ms',
      shutdownGraceTime: 0,
      shutdownForceTime: '2s',
    }),
  ]);
}

/** Whether the last word about its slot, in the task's history, is that it asks for one. */
async function asksForSlot(handle: TaskHandle): Promise<boolean> {
  const { events } = await handle.fetchHistory();
  const words = (events ?? []).flatMap((event) => {
    const told = event.signalExternalWorkflowExecutionInitiatedEventAttributes;
    if (told?.signalName === taskReportSignal.name)
      return defaultPayloadConverter.fromPayload<TaskReport>(told.input?.payloads?.[0] ?? {}).slot;
    const heard = event.workflowExecutionSignaledEventAttributes;
    return heard?.signalName === slotGrantedSignal.name ? 'granted' : [];
  });
  return words.at(-1) === 'asked';
}

/** Why a message was refused; fails where it was not. */
export async function refusal(update: Promise<unknown>): Promise<string> {
  const error: unknown = await update.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(WorkflowUpdateFailedError);
  return String((error as WorkflowUpdateFailedError).cause?.message);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
