import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { DataPaths } from '../../src/config/paths.js';
import { dataPaths } from '../../src/config/paths.js';
import { taskWorkflowId } from '../../src/domain/task.js';
import { failDeadAttempts, noteAttempts } from '../../src/worker/attempts.js';
import { nameProcess } from '../../src/activities/keeper/process-name.js';
import { createWorkers } from '../../src/worker/workers.js';
import type { TaskInput } from '../../src/workflows/messages.js';
import { silent, until } from '../support/engine.js';
import { FakePorts, testConfig, testIssue } from '../support/fake-ports.js';
import { startLocalServer, workflowBundle } from '../support/temporal.js';

describe('the attempts of a worker', () => {
  let server: TestWorkflowEnvironment;
  let paths: DataPaths;
  let stop: AbortController;
  let working: Promise<void>;
  let handle: WorkflowHandle;
  /** Lets the first attempt of `prepare` go on, which does nothing until then. */
  let wake: () => void;
  let prepared: number;

  beforeAll(async () => (server = await startLocalServer()));
  afterAll(() => server.teardown());
  beforeEach(async () => {
    paths = dataPaths(await mkdtemp(join(tmpdir(), 'continuo-attempts-')));
    stop = new AbortController();
    prepared = 0;
  });
  afterEach(async () => {
    wake();
    await handle.terminate();
    stop.abort();
    await working;
    await rm(paths.root, { recursive: true, force: true });
  });

  const notes = () => readdir(join(paths.root, 'attempts')).catch(() => []);

  /** Begins a task whose first attempt hangs without a heartbeat, in a worker that notes attempts as this process's. */
  async function begin(queue: string, bootId: string): Promise<void> {
    const ports = new FakePorts().usually('prepare', async () => {
      prepared += 1;
      if (prepared === 1) await new Promise<void>((done) => (wake = done));
      return { kind: 'impossible', category: 'workspace_invalid', message: 'enough' };
    });
    const named = { ...(await nameProcess(process.pid)), bootId };
    const workers = await createWorkers({
      connection: server.nativeConnection,
      namespace: 'default',
      queue,
      workflowBundle: await workflowBundle(),
      hosts: [
        {
          project: 'test',
          host: 'host',
          activities: ports.activities(),
          interceptors: [noteAttempts(paths, named)],
        },
      ],
    });
    working = workers.run(stop.signal, () => Promise.resolve());
    const input: TaskInput = {
      project: 'test',
      issue: testIssue({ identifier: queue, source: 'prompt' }),
      grant: { config: testConfig(), host: 'host' },
      forced: false,
      state: null,
    };
    handle = await server.client.workflow.start('task', {
      workflowId: taskWorkflowId('test', queue),
      taskQueue: queue,
      args: [input],
    });
    await until(() => prepared === 1);
  }

  async function failureOfPending(): Promise<string | null | undefined> {
    const { raw } = await handle.describe();
    return raw.pendingActivities?.[0]?.lastFailure?.message;
  }

  it('are failed by the next one when their process is dead, so that the next attempts begin', async () => {
    await begin('dead', 'another boot');
    expect(await notes()).toHaveLength(1);
    const told: string[] = [];
    await failDeadAttempts(paths, server.client, { ...silent, info: (text) => void told.push(text) });
    expect(told).toEqual(['an activity of a dead worker is tried again']);
    await until(() => prepared === 2);
    // Their end is noted, too: nothing is left, and nothing is failed twice.
    wake();
    await until(async () => (await notes()).length === 0);
  });

  it('are left alone while their process lives', async () => {
    const { bootId } = await nameProcess(process.pid);
    await begin('alive', bootId);
    await failDeadAttempts(paths, server.client, silent);
    expect(await notes()).toHaveLength(1);
    expect(await failureOfPending()).toBeUndefined();
    expect(prepared).toBe(1);
  });

  it('do no harm when they have ended, or when their file says nothing', async () => {
    await begin('ended', 'another boot');
    const [name = ''] = await notes();
    const file = join(paths.root, 'attempts', name);
    const note = await readFile(file);
    await failDeadAttempts(paths, server.client, silent);
    await until(() => prepared === 2);

    await writeFile(file, note);
    await writeFile(join(paths.root, 'attempts', 'old.json'), '{"token":1}');
    const warned: string[] = [];
    await failDeadAttempts(paths, server.client, { ...silent, warn: (text) => void warned.push(text) });
    expect(await notes()).toEqual([]);
    expect(warned).toEqual([]);
  });
});
