import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { createTrackerActivities } from '../../../src/activities/tracker/activities.js';
import type { Tracker } from '../../../src/activities/tracker/tracker.js';
import { refOf } from '../../../src/config/view.js';
import type { ProjectState } from '../../../src/domain/project.js';
import { newProject, projectWorkflowId } from '../../../src/domain/project.js';
import { activityQueue } from '../../../src/domain/queue.js';
import { taskWorkflowId } from '../../../src/domain/task.js';
import { projectQuery } from '../../../src/workflows/messages.js';
import type { project } from '../../../src/workflows/project.js';
import { FakePorts } from '../../support/fake-ports.js';
import { startLocalServer, workflowBundle } from '../../support/temporal.js';
import type { World } from './world.js';
import { withWorld } from './world.js';

export interface Project extends World {
  ports: FakePorts;
  /** The scheduler itself. */
  handle: WorkflowHandle<typeof project>;
  state: () => Promise<ProjectState>;
  /** The workflow of a task. */
  task: (identifier: string) => WorkflowHandle;
}

type Use = (project: Project) => Promise<void>;

/**
 * One server for the tests of a file. What it returns runs a test with the real project workflow and the real
 * tracker activities; the other ports are fakes. The tracker is the one of the configuration, unless given.
 */
export function useProjects(): (use: Use, tracker?: Tracker) => Promise<void> {
  let env: TestWorkflowEnvironment;
  beforeAll(async () => {
    env = await startLocalServer();
  });
  afterAll(() => env.teardown());
  return (use, tracker) => withProject(env, use, tracker);
}

async function withProject(env: TestWorkflowEnvironment, use: Use, tracker?: Tracker): Promise<void> {
  await withWorld(async (world) => {
    const ports = new FakePorts();
    const taskQueue = `test-${randomUUID()}`;
    const activities = createTrackerActivities(world.deps, tracker && (() => tracker));
    const host = { ...ports.activities(), ...activities };
    const { nativeConnection: connection } = env;
    const workers = await Promise.all([
      Worker.create({ connection, taskQueue, workflowBundle: await workflowBundle() }),
      Worker.create({
        connection,
        taskQueue: activityQueue(taskQueue, 'host'),
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
      await use({ ...world, ports, handle, task, state: () => handle.query(projectQuery) });
    } finally {
      const { tasks } = await handle.query(projectQuery);
      await handle.terminate();
      for (const { issue } of Object.values(tasks))
        await task(issue.identifier)
          .terminate()
          .catch(() => undefined);
      for (const worker of workers) worker.shutdown();
      await Promise.all(running);
    }
  });
}
