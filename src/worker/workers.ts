import type { ActivityInterceptorsFactory, NativeConnection, WorkerOptions } from '@temporalio/worker';
import { Worker } from '@temporalio/worker';
import { activityQueue } from '../domain/queue.js';
import type { Ports } from '../workflows/ports.js';
import { classifyErrors } from './classify-interceptor.js';

export interface WorkersOptions {
  connection: NativeConnection;
  namespace: string;
  /** The queue of the workflows. */
  queue: string;
  workflowBundle: { codePath: string };
  hosts: ActivityHost[];
}

/** What works as a host of one project. */
export interface ActivityHost {
  project: string;
  host: string;
  activities: Ports;
  /** Beside the one that types errors. */
  interceptors: ActivityInterceptorsFactory[];
}

/** The workers of one process. */
export interface Workers {
  /** Whether nothing runs for a project but what always does: its attendance, and the watch of the tracker on one host. */
  isIdle(project: string): boolean;
  /**
   * Works until the signal is aborted, then takes no new work, lets activities leave what they do at once,
   * and returns. `onReady` is called once, when all poll. Rejects when one of them cannot go on.
   */
  run(signal: AbortSignal, onReady: () => Promise<void>): Promise<void>;
}

/**
 * Workflows that are kept in memory: enough for those that are at work. What waits for a person is replayed when it is
 * woken, which takes a few hundredths of a second. With 50, a thousand parked tasks take 88 MB; with 200 over 150 MB.
 */
const cachedWorkflows = 50;

/** Activities are programs that are waited for: what limits them are the project's slots. */
const concurrentActivities = 200;

/** Programs go on without us, so nothing is gained by waiting; what a workflow has cancelled is ended politely. */
const shutdown = { shutdownGraceTime: 0, shutdownForceTime: '30s' } satisfies Partial<WorkerOptions>;

/**
 * The workers in one process: one shares the queue of workflows; each of the others serves one project as its host. So the
 * activities of one project never wait for those of another one.
 */
export async function createWorkers(options: WorkersOptions): Promise<Workers> {
  const { connection, namespace, queue, workflowBundle, hosts } = options;
  const workflowWorker = await Worker.create({
    connection,
    namespace,
    taskQueue: queue,
    workflowBundle,
    maxCachedWorkflows: cachedWorkflows,
    ...shutdown,
  });
  const activityWorkers = new Map<string, Worker>();
  for (const { project, host, activities, interceptors } of hosts) {
    const worker = await Worker.create({
      connection,
      namespace,
      taskQueue: activityQueue(queue, project, host),
      activities,
      interceptors: { activity: [...interceptors, classifyErrors] },
      maxConcurrentActivityTaskExecutions: concurrentActivities,
      // By default beats are held back for 0.8 of the timeout: cancellations then come late.
      maxHeartbeatThrottleInterval: '2s',
      defaultHeartbeatThrottleInterval: '2s',
      ...shutdown,
    });
    activityWorkers.set(project, worker);
  }
  return {
    isIdle: (project) => (activityWorkers.get(project)?.getStatus().numInFlightActivities ?? 0) <= 2,
    run: (signal, onReady) => runTogether([workflowWorker, ...activityWorkers.values()], signal, onReady),
  };
}

/** When one ends, whatever the reason, the other one is of no use. */
async function runTogether(
  workers: Worker[],
  signal: AbortSignal,
  onReady: () => Promise<void>,
): Promise<void> {
  const end = () => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const runs = workers.map((worker) => worker.run().finally(end));
  const all = Promise.all([...runs, onReady().catch((error: unknown) => failAfter(end, error))]);
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  try {
    await all;
  } finally {
    await Promise.allSettled(runs);
    signal.removeEventListener('abort', end);
  }
}

function failAfter(end: () => void, error: unknown): never {
  end();
  throw error;
}
