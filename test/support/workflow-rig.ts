import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals';
import type { WorkflowClient, WorkflowHandle } from '@temporalio/client';
import { Client, WorkflowUpdateFailedError } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
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
import { taskAttributes } from '../../src/workflows/search-attributes.js';
import type { task } from '../../src/workflows/task.js';
import { FakePorts, testConfig, testIssue } from './fake-ports.js';
import { startLocalServer } from './temporal.js';
import type { WorkflowWorkers } from './workflow-workers.js';
import { noWorkers, startWorkers } from './workflow-workers.js';

type TaskHandle = WorkflowHandle<typeof task>;

/** The real workflows on a real server, with the ports of a test behind them. */
export interface Rig {
  readonly env: TestWorkflowEnvironment;
  readonly queue: string;
  /** All workflows of one test belong to it. */
  readonly project: string;
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
}

/** What a rig works with. */
interface Stage {
  env: TestWorkflowEnvironment;
  workflow: WorkflowClient;
  workers: WorkflowWorkers;
  project: string;
  started: TaskHandle[];
}

/**
 * One server and one set of workers for all tests of a `describe`, and a project of its own for each of them.
 * Takes settings of the server as `name=value`. The ports forget what a test has told them before the next one.
 */
export function useRig(...dynamicConfig: string[]): { rig: Rig; ports: FakePorts } {
  const ports = new FakePorts();
  let env: TestWorkflowEnvironment;
  let workers: WorkflowWorkers;
  let stage: Stage;
  beforeAll(async () => {
    env = await startLocalServer(...dynamicConfig);
    workers = await startWorkers(env, ports);
  });
  beforeEach(async () => {
    ports.reset();
    stage = await setStage(env, workers);
  });
  afterEach(() => clearStage(stage));
  afterAll(() => workers.stop());
  afterAll(() => env.teardown());
  return { rig: rigOn(() => stage), ports };
}

/** A rig with a server of the test's own, to be closed by it. Without ports the test has workers of its own, too. */
export async function openRig(
  env: TestWorkflowEnvironment,
  ports: FakePorts | null,
): Promise<{ rig: Rig; close: () => Promise<void> }> {
  const workers = ports === null ? noWorkers() : await startWorkers(env, ports);
  const stage = await setStage(env, workers);
  return {
    rig: rigOn(() => stage),
    async close() {
      await clearStage(stage);
      await workers.stop();
    },
  };
}

async function setStage(env: TestWorkflowEnvironment, workers: WorkflowWorkers): Promise<Stage> {
  const project = `test-${randomUUID()}`;
  await workers.serve(project);
  // The environment's own client skips time whenever it waits for a result.
  const { workflow } = new Client({ connection: env.connection, namespace: env.namespace ?? 'default' });
  return { env, workflow, workers, project, started: [] };
}

/** Ends what a test has started and left open. */
async function clearStage({ workflow, project, started }: Stage): Promise<void> {
  const train = workflow.getHandle(landingWorkflowId(project, 'main'));
  await Promise.all([...started, train].map((handle) => handle.terminate().catch(() => undefined)));
}

function rigOn(stage: () => Stage): Rig {
  return {
    get env() {
      return stage().env;
    },
    get queue() {
      return stage().workers.queue;
    },
    get project() {
      return stage().project;
    },
    async start({ issue, config = testConfig(), state, origin } = {}) {
      const { workflow, workers, project, started } = stage();
      const subject = testIssue({ identifier: randomUUID(), source: 'prompt', ...issue });
      const input: TaskInput = {
        project,
        issue: subject,
        grant: { config, host: 'host' },
        forced: false,
        state: state ?? null,
        ...(origin && { origin }),
      };
      const handle = await workflow.start<typeof task>('task', {
        workflowId: taskWorkflowId(project, subject.identifier),
        taskQueue: workers.queue,
        args: [input],
        typedSearchAttributes: taskAttributes(project, subject.identifier),
      });
      started.push(handle);
      return handle;
    },
    grantSlots(handle, config = testConfig()) {
      const stopping = new AbortController();
      const granting = (async () => {
        while (!stopping.signal.aborted) {
          if (await asksForSlot(handle)) await handle.signal(slotGrantedSignal, { config, host: 'host' });
          await pause(100);
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
      const deadline = Date.now() + 100_000;
      for (;;) {
        const status = await handle.query(statusQuery);
        if (wanted(status)) return status;
        if (Date.now() > deadline) throw new Error(`never came: ${JSON.stringify(status, null, 1)}`);
        await pause(100);
      }
    },
    state: (handle) => handle.query(stateQuery),
  };
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
