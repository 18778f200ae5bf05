import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { placesOf } from '../../src/activities/attempt.js';
import { runProgram } from '../../src/activities/keeper/program.js';
import { endProgram } from '../../src/activities/keeper/strays.js';
import type { DataPaths } from '../../src/config/paths.js';
import { dataPaths } from '../../src/config/paths.js';
import { runningPrograms, sweepPrograms } from '../../src/worker/programs.js';
import { silent, until } from '../support/engine.js';
import { startLocalServer } from '../support/temporal.js';

describe('programs that nobody attends to', () => {
  let server: TestWorkflowEnvironment;
  let paths: DataPaths;
  beforeAll(async () => (server = await startLocalServer()));
  afterAll(() => server.teardown());
  beforeEach(async () => (paths = dataPaths(await mkdtemp(join(tmpdir(), 'continuo-sweep-')))));
  afterEach(async () => {
    await Promise.all((await runningPrograms(paths)).map(endProgram));
    await rm(paths.root, { recursive: true, force: true });
  });

  const titles = async () => (await runningPrograms(paths)).map(({ keeper }) => keeper.owner.title).sort();

  /** Starts a program of a workflow, and leaves it. */
  async function leaveProgram(workflowId: string, workflowRun: string): Promise<void> {
    const run = join(paths.runs, 'shop', workflowId);
    await mkdir(run, { recursive: true });
    const leave = new AbortController();
    const running = runProgram({
      place: join(placesOf(run), 'turn-1-12345678'),
      owner: { project: 'shop', identifier: 'A', workflowId, workflowRun, kind: 'agent', title: workflowId },
      argv: ['sleep', '1000'],
      cwd: run,
      env: { PATH: process.env.PATH ?? '' },
      stdin: null,
      output: join(run, 'transcript.log'),
      timeoutMs: 60_000,
      leaseMs: 60_000,
      epoch: 1,
      leave: leave.signal,
    }).catch((error: unknown) => error);
    await until(async () => (await titles()).includes(workflowId));
    leave.abort();
    await running;
  }

  /** A workflow that nobody works on. */
  async function startWorkflow(workflowId: string): Promise<string> {
    const handle = await server.client.workflow.start('task', { workflowId, taskQueue: 'nobody', args: [] });
    return handle.firstExecutionRunId;
  }

  it('are ended when their workflow is closed, and wait when it is open or not known', async () => {
    for (const id of ['open', 'closed']) await leaveProgram(id, await startWorkflow(id));
    await leaveProgram('unknown', '00000000-0000-0000-0000-000000000000');
    await server.client.workflow.getHandle('closed').terminate();
    await sweepPrograms(paths, server.client, silent);
    expect(await titles()).toEqual(['open', 'unknown']);
    await server.client.workflow.getHandle('open').terminate();
  });

  it('go on while the server cannot be reached', async () => {
    await leaveProgram('gone', await startWorkflow('gone'));
    await server.client.workflow.getHandle('gone').terminate();
    const warned: string[] = [];
    const connection = Connection.lazy({ address: '127.0.0.1:9' });
    await connection.withDeadline(Date.now() + 500, () =>
      sweepPrograms(paths, new Client({ connection }), {
        ...silent,
        warn: (text) => void warned.push(text),
      }),
    );
    await connection.close();
    expect(warned).toEqual(['programs of closed workflows could not be looked for']);
    expect(await titles()).toEqual(['gone']);
  });

  it('are looked for without harm where nothing has run yet', async () => {
    expect(await titles()).toEqual([]);
  });
});
