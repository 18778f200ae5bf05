import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Logger } from '../../src/activities/host.js';
import { FailureType } from '../../src/domain/failure.js';
import type { Ports } from '../../src/workflows/ports.js';
import { classifyErrors } from '../../src/worker/classify-interceptor.js';
import { connectPatiently } from '../../src/worker/connect.js';
import { createWorkers } from '../../src/worker/workers.js';
import { ApplicationFailure } from '@temporalio/common';
import { DefaultLogger } from '@temporalio/worker';
import { MockActivityEnvironment, TestWorkflowEnvironment } from '@temporalio/testing';
import { silent, until } from '../support/engine.js';
import { localServerOptions, startLocalServer, workflowBundle } from '../support/temporal.js';

describe('the workers of a host', () => {
  let server: TestWorkflowEnvironment;
  beforeAll(async () => (server = await startLocalServer()));
  afterAll(() => server.teardown());

  async function create(queue: string) {
    return createWorkers({
      connection: server.nativeConnection,
      namespace: 'default',
      queue,
      workflowBundle: await workflowBundle(),
      hosts: [{ project: 'shop', host: 'here', activities: noActivities, interceptors: [] }],
    });
  }

  it('poll the shared queue and their own one, until they are told to stop', async () => {
    const workers = await create('both');
    const stop = new AbortController();
    let isReady = false;
    const running = workers.run(stop.signal, () => {
      isReady = true;
      return Promise.resolve();
    });
    await until(() => isReady);
    await until(async () => (await pollers('both', 1)) > 0 && (await pollers('both/shop@here', 2)) > 0);
    stop.abort();
    await running;
  });

  it('stop when the start of the project fails, with its error', async () => {
    const workers = await create('broken');
    const failure = new Error('no project');
    const running = workers.run(new AbortController().signal, () => Promise.reject(failure));
    await expect(running).rejects.toBe(failure);
  });

  it('stop at once when they were told to before they started', async () => {
    const workers = await create('early');
    await workers.run(AbortSignal.abort(), () => Promise.resolve());
  });

  /** Type 1 are pollers for workflows, 2 those for activities. */
  async function pollers(name: string, taskQueueType: number): Promise<number> {
    const found = await server.connection.workflowService.describeTaskQueue({
      namespace: 'default',
      taskQueue: { name },
      // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the enum is in a package of the SDK's own
      taskQueueType,
    });
    return found.pollers.length;
  }
});

describe('connecting', () => {
  it('waits for a server that is not up yet, and says so once', async () => {
    const port = await freePort();
    const warnings: string[] = [];
    const log: Logger = { ...silent, warn: (message) => void warnings.push(message) };
    const address = `127.0.0.1:${port}`;
    const connecting = connectPatiently(
      { address, namespace: 'default', connectionOptions: { address } },
      log,
      new AbortController().signal,
    );
    await until(() => warnings.length > 0);
    const server = await TestWorkflowEnvironment.createLocal({
      server: { ...(await localServerOptions()), port },
    });
    const connection = await connecting;
    expect(connection).not.toBeNull();
    expect(warnings).toEqual(['waits for the Temporal server']);
    await connection?.close();
    await server.teardown();
  });

  it('ends when it is told to', async () => {
    const stop = new AbortController();
    const address = `127.0.0.1:${await freePort()}`;
    const log: Logger = { ...silent, warn: () => stop.abort() };
    const engine = { address, namespace: 'default', connectionOptions: { address } };
    expect(await connectPatiently(engine, log, stop.signal)).toBeNull();
  });
});

describe('errors of activities', () => {
  it('become typed failures (AGT-20)', async () => {
    const environment = new MockActivityEnvironment(
      {},
      { interceptors: [classifyErrors], logger: new DefaultLogger('ERROR') },
    );
    const running = environment.run(() => Promise.reject(new TypeError('x is undefined')));
    const failure: unknown = await running.catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect(failure).toMatchObject({ type: FailureType.programming, nonRetryable: true });
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  server.close();
  await once(server, 'close');
  return address.port;
}

/** These tests start no workflow, so nothing is ever asked of the activities. */
const unused = () => Promise.reject(new Error('not to be called'));
const noActivities: Ports = {
  scheduledIssue: unused,
  meet: unused,
  attend: unused,
  watch: unused,
  poll: unused,
  sweep: unused,
  find: unused,
  claim: unused,
  transition: unused,
  tell: unused,
  settle: unused,
  prepare: unused,
  checkpoint: unused,
  restore: unused,
  rebase: unused,
  takeInBase: unused,
  cleanUp: unused,
  runTurn: unused,
  endTurn: unused,
  steer: unused,
  verify: unused,
  review: unused,
  requestLanding: unused,
  merge: unused,
  adopt: unused,
  showChange: unused,
  lookAtChanges: unused,
  watchChanges: unused,
  rerunChecks: unused,
  readChecks: unused,
  mergeChange: unused,
  withdrawChange: unused,
  closeChange: unused,
};
