import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from '@jest/globals';
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { createScheduleActivities } from '../../../src/activities/schedules/activities.js';
import { createTrackerActivities } from '../../../src/activities/tracker/activities.js';
import type { Tracker } from '../../../src/activities/tracker/tracker.js';
import type { HostDeps } from '../../../src/activities/host.js';
import type { Ports } from '../../../src/workflows/ports.js';
import { activityQueue } from '../../../src/domain/queue.js';
import { refOf } from '../../../src/config/view.js';
import type { ProjectState } from '../../../src/domain/project.js';
import { landingWorkflowId } from '../../../src/domain/landing.js';
import { newProject, projectWorkflowId } from '../../../src/domain/project.js';
import { taskWorkflowId } from '../../../src/domain/task.js';
import { configureSignal, projectQuery } from '../../../src/workflows/messages.js';
import type { project } from '../../../src/workflows/project.js';
import { FakePorts } from '../../support/fake-ports.js';
import { startLocalServer, workflowBundle } from '../../support/temporal.js';
import type { World } from './world.js';
import { withWorld } from './world.js';

/** A project that runs, and the world that its host sees. */
export interface LiveProject extends World {
  ports: FakePorts;
  client: Client;
  /** The project's own workflow. */
  handle: WorkflowHandle<typeof project>;
  state: () => Promise<ProjectState>;
  /** Tells the project what `continuo up` does. */
  configure: () => Promise<void>;
  /** The workflow of a task. */
  task: (identifier: string) => WorkflowHandle;
}

type Use = (project: LiveProject) => Promise<void>;
/** Activities in place of fakes. */
type More = (deps: HostDeps) => Partial<Ports>;
type WithProject = (use: Use, tracker?: Tracker, more?: More) => Promise<void>;

/**
 * One server for all tests of a file; what it returns gives each a real project workflow with the real tracker
 * activities. The other ports are fakes. The tracker is the one of the configuration, unless given.
 */
export function useProject(): WithProject {
  let env: TestWorkflowEnvironment;
  beforeAll(async () => {
    env = await startLocalServer();
  });
  afterAll(() => env.teardown());
  return (use, tracker, more) => withProject(env, use, tracker, more);
}

async function withProject(
  env: TestWorkflowEnvironment,
  use: Use,
  tracker?: Tracker,
  more: More = () => ({}),
): Promise<void> {
  await withWorld(async (world) => {
    const ports = new FakePorts();
    const taskQueue = `test-${randomUUID()}`;
    const { deps } = world;
    deps.env.CONTINUO_QUEUE = taskQueue;
    const host = {
      ...ports.activities(),
      ...createTrackerActivities(deps, tracker && (() => tracker)),
      ...createScheduleActivities(deps),
      ...more(deps),
    };
    const { nativeConnection: connection } = env;
    const workers = await Promise.all([
      Worker.create({ connection, taskQueue, workflowBundle: await workflowBundle() }),
      Worker.create({
        connection,
        taskQueue: activityQueue(taskQueue, 'shop', 'host'),
        activities: host,
        maxHeartbeatThrottleInterval: '100ms',
        defaultHeartbeatThrottleInterval: '100ms',
        shutdownGraceTime: 0,
        shutdownForceTime: '2s',
      }),
    ]);
    const running = workers.map((worker) => worker.run());
    const handle = await env.client.workflow.start<typeof project>('project', {
      workflowId: projectWorkflowId('shop'),
      taskQueue,
      args: [newProject('shop', refOf(world.config), 'host')],
    });
    const task = (identifier: string) => env.client.workflow.getHandle(taskWorkflowId('shop', identifier));
    try {
      await use({
        ...world,
        ports,
        client: env.client,
        handle,
        task,
        configure: () => handle.signal(configureSignal, { config: refOf(world.config), host: 'host' }),
        state: () => handle.query(projectQuery),
      });
    } finally {
      const { tasks } = await handle.query(projectQuery);
      await handle.terminate();
      const left = Object.values(tasks).map(({ issue }) => task(issue.identifier));
      // A train that is cut off in its work would wait on this queue for ever, and the next test's entries with it.
      left.push(env.client.workflow.getHandle(landingWorkflowId('shop', 'main')));
      for (const one of left) await one.terminate().catch(() => undefined);
      for (const worker of workers) worker.shutdown();
      await Promise.all(running);
    }
  });
}
