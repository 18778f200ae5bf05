import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { newProject, projectWorkflowId } from '../../../src/domain/project.js';
import type { TaskStatus } from '../../../src/domain/status.js';
import type { TaskState, Workspace } from '../../../src/domain/task.js';
import { taskWorkflowId } from '../../../src/domain/task.js';
import { statusQuery } from '../../../src/workflows/messages.js';
import { activityQueue } from '../../../src/domain/queue.js';
import type { ConfigRef } from '../../../src/domain/config-view.js';
import type { project } from '../../../src/workflows/project.js';
import type { Ports } from '../../../src/workflows/ports.js';
import { projectAttribute, taskAttributes } from '../../../src/workflows/search-attributes.js';
import type { task } from '../../../src/workflows/task.js';
import type { FakePorts } from '../../support/fake-ports.js';
import { testConfig, testWorkspace } from '../../support/fake-ports.js';
import { startLocalServer, workflowBundle } from '../../support/temporal.js';
import type { ProcessOptions, ProgramRun, RunOptions } from './program.js';
import { programPath, runInProcess, runProgram } from './program.js';
import type { Terminal } from './terminal.js';
import { openTerminal } from './terminal.js';

const workflowFile = (name: string) => `---
project: { name: ${JSON.stringify(name)} }
tracker: { kind: file, provider: { path: tasks } }
repository: { url: ., base: main }
agent: { kind: command }
command: { run: "true" }
verify: { checks: [{ name: test, run: "true" }] }
review: { human: { when: always } }
land: { mode: merge }
---
{{ issue.description }}
`;

/** The program before a real server and the real workflows; only the ports are a test's own. */
export interface Lab {
  env: TestWorkflowEnvironment;
  folder: string;
  project: string;
  /** Of the workflows. */
  queue: string;
  /** Where the files of the tasks are. */
  runPath: string;
  workspace: Workspace;
  /** All of the program but its process. */
  cli(args: readonly string[], options?: Partial<RunOptions>): Promise<ProgramRun>;
  /** The program in a process of its own, for what goes by signals. */
  cliProcess(args: readonly string[], options?: Partial<ProcessOptions>): Promise<ProgramRun>;
  /** The program with a terminal around it. */
  cliOnTerminal(args: readonly string[], env?: Record<string, string>): Promise<Terminal>;
  /** Starts a task in the middle of its life, as the run before it would go on. */
  startTask(state: TaskState): Promise<void>;
  /** Waits until the task's status is as wanted; a worker has to be up. */
  until(task: string, wanted: (status: TaskStatus) => boolean): Promise<TaskStatus>;
  /** `ports` is asked at each call, so that every test may have its own. */
  startWorkers(ports: () => FakePorts): Promise<void>;
  stopWorkers(): Promise<void>;
  startProject(config?: ConfigRef): Promise<void>;
  close(): Promise<void>;
}

export async function openLab(): Promise<Lab> {
  const env = await startLocalServer();
  const folder = await mkdtemp(join(tmpdir(), 'continuo-cli-'));
  try {
    return await furnish(env, folder);
  } catch (error) {
    await Promise.all([env.teardown(), rm(folder, { recursive: true, force: true })]);
    throw error;
  }
}

async function furnish(env: TestWorkflowEnvironment, folder: string): Promise<Lab> {
  const name = 'shop';
  const queue = `cli-${randomUUID()}`;
  const runPath = join(folder, 'data', 'runs', 'shop', 'one');
  const variables = {
    TEMPORAL_ADDRESS: env.address,
    CONTINUO_QUEUE: queue,
    CONTINUO_HOST: 'host',
    CONTINUO_DATA: join(folder, 'data'),
  };
  await mkdir(runPath, { recursive: true });
  await writeFile(join(folder, 'WORKFLOW.md'), workflowFile(name));

  let workers: { worker: Worker; running: Promise<void> }[] = [];
  const stopWorkers = async () => {
    for (const { worker } of workers) worker.shutdown();
    await Promise.all(workers.map(({ running }) => running));
    workers = [];
  };

  return {
    cliOnTerminal: (args, more = {}) =>
      openTerminal([process.execPath, programPath, ...args], folder, { ...variables, ...more }),
    async startTask(state) {
      const { issue } = state;
      await env.client.workflow.start<typeof task>('task', {
        workflowId: taskWorkflowId(name, issue.identifier),
        taskQueue: queue,
        args: [{ project: name, issue, grant: null, forced: true, state }],
        memo: { title: issue.title },
        typedSearchAttributes: taskAttributes(name, issue.identifier),
      });
    },
    env,
    folder,
    project: name,
    queue,
    runPath,
    workspace: { ...testWorkspace, runPath },
    cli: (args, options = {}) =>
      runInProcess(args, { cwd: folder, ...options, env: { ...variables, ...options.env } }),
    cliProcess: (args, options = {}) =>
      runProgram(args, { cwd: folder, ...options, env: { ...variables, ...options.env } }),
    async until(task, wanted) {
      const handle = env.client.workflow.getHandle(taskWorkflowId(name, task));
      const deadline = Date.now() + 100_000;
      for (;;) {
        const status = await handle.query(statusQuery);
        if (wanted(status)) return status;
        if (Date.now() > deadline) throw new Error(`never came: ${JSON.stringify(status, null, 1)}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    async startWorkers(ports) {
      const shared = { connection: env.nativeConnection, shutdownGraceTime: 0 };
      const created = await Promise.all([
        Worker.create({ ...shared, workflowBundle: await workflowBundle(), taskQueue: queue }),
        Worker.create({
          ...shared,
          taskQueue: activityQueue(queue, name, 'host'),
          activities: activitiesOf(ports),
          shutdownForceTime: '2s',
          maxHeartbeatThrottleInterval: '100ms',
        }),
      ]);
      workers = created.map((worker) => ({ worker, running: worker.run() }));
    },
    stopWorkers,
    async startProject(config = testConfig({ human: 'always' })) {
      await env.client.workflow.start<typeof project>('project', {
        workflowId: projectWorkflowId(name),
        taskQueue: queue,
        args: [newProject(name, config, 'host')],
        typedSearchAttributes: [{ key: projectAttribute, value: name }],
      });
    },
    async close() {
      await stopWorkers();
      await Promise.all([env.teardown(), rm(folder, { recursive: true, force: true })]);
    },
  };
}

function activitiesOf(ports: () => FakePorts): Record<string, (input: never) => Promise<unknown>> {
  const methods = Object.keys(ports().activities()) as (keyof Ports)[];
  return Object.fromEntries(
    methods.map((method) => [method, (input: never) => ports().activities()[method](input)]),
  );
}
