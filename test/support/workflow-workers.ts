import { randomUUID } from 'node:crypto';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { activityQueue } from '../../src/domain/queue.js';
import type { FakePorts } from './fake-ports.js';
import { workflowBundle } from './temporal.js';

/** A worker of all workflows on a queue of its own, and one of a project on one host at a time. */
export interface WorkflowWorkers {
  queue: string;
  /** From now on the ports answer this project alone: what an earlier test has left meets nobody. */
  serve(project: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startWorkers(env: TestWorkflowEnvironment, ports: FakePorts): Promise<WorkflowWorkers> {
  const queue = `test-${randomUUID()}`;
  const stopWorkflows = run(
    await Worker.create({
      connection: env.nativeConnection,
      workflowBundle: await workflowBundle(),
      taskQueue: queue,
    }),
  );
  let stopServing = () => Promise.resolve();
  return {
    queue,
    async serve(project) {
      await stopServing();
      stopServing = await startHost(env, ports, activityQueue(queue, project, 'host'));
    },
    async stop() {
      await Promise.all([stopWorkflows(), stopServing()]);
    },
  };
}

/** Starts a worker of activities; the returned function ends it. */
export async function startHost(
  env: TestWorkflowEnvironment,
  ports: FakePorts,
  taskQueue: string,
): Promise<() => Promise<void>> {
  return run(
    await Worker.create({
      connection: env.nativeConnection,
      taskQueue,
      activities: { ...ports.activities() },
      identity: `${taskQueue}-${randomUUID()}`,
      maxHeartbeatThrottleInterval: '100ms',
      defaultHeartbeatThrottleInterval: '100ms',
      shutdownGraceTime: 0,
      shutdownForceTime: '2s',
    }),
  );
}

function run(worker: Worker): () => Promise<void> {
  const running = worker.run();
  return async () => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
    // What an activity of a test that is over still does is ended by force.
    await running.catch(() => undefined);
  };
}

/** For a test that starts its own, on this queue. */
export function noWorkers(): WorkflowWorkers {
  return {
    queue: `test-${randomUUID()}`,
    serve: () => Promise.resolve(),
    stop: () => Promise.resolve(),
  };
}
