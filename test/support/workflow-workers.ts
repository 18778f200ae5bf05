import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { Worker } from '@temporalio/worker';
import { activityQueue } from '../../src/domain/queue.js';
import type { FakePorts } from './fake-ports.js';
import { workflowBundle } from './temporal.js';

/** Workers of all workflows and of one host, on a queue of their own. */
export interface WorkflowWorkers {
  queue: string;
  /** From now on the ports answer workflows of this project only: what an earlier test has left meets nobody. */
  serve(project: string): void;
  stop(): Promise<void>;
}

export async function startWorkers(env: TestWorkflowEnvironment, ports: FakePorts): Promise<WorkflowWorkers> {
  const queue = `test-${randomUUID()}`;
  let served = '';
  const ofServed: ActivityInterceptorsFactory = ({ info }) => ({
    inbound: {
      execute(input, next) {
        if (info.workflowExecution?.workflowId.split('/')[1] === served) return next(input);
        throw ApplicationFailure.nonRetryable('its test is over');
      },
    },
  });
  const workers = await Promise.all([
    Worker.create({
      connection: env.nativeConnection,
      workflowBundle: await workflowBundle(),
      taskQueue: queue,
    }),
    Worker.create({
      connection: env.nativeConnection,
      taskQueue: activityQueue(queue, 'host'),
      activities: { ...ports.activities() },
      interceptors: { activity: [ofServed] },
      maxHeartbeatThrottleInterval: '100ms',
      defaultHeartbeatThrottleInterval: '100ms',
      shutdownGraceTime: 0,
      shutdownForceTime: '2s',
    }),
  ]);
  const running = workers.map((worker) => worker.run());
  return {
    queue,
    serve(project) {
      served = project;
    },
    async stop() {
      for (const worker of workers) worker.shutdown();
      await Promise.all(running);
    },
  };
}

/** For a test that starts its own, on this queue. */
export function noWorkers(): WorkflowWorkers {
  return { queue: `test-${randomUUID()}`, serve: () => undefined, stop: () => Promise.resolve() };
}
