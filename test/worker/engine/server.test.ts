import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import type { EngineFile } from '../../../src/config/engine-file.js';
import { readEngineFile, writeEngineFile } from '../../../src/config/engine-file.js';
import type { DataPaths } from '../../../src/config/paths.js';
import { ensureSearchAttributes } from '../../../src/worker/engine/attributes.js';
import { stopLeftServer } from '../../../src/worker/engine/index.js';
import { acquireLock } from '../../../src/worker/engine/lock.js';
import { isAlive, nameProcess } from '../../../src/activities/keeper/process-name.js';
import { searchAttributeKeys } from '../../../src/workflows/search-attributes.js';
import { until, withData } from '../../support/engine.js';
import { compile, start } from '../../support/program.js';

async function withClient<T>(
  { address }: { address: string },
  use: (client: Client) => Promise<T>,
): Promise<T> {
  const connection = await Connection.connect({ address });
  try {
    return await use(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

function known(paths: DataPaths): EngineFile {
  const engine = readEngineFile(paths);
  if (engine === null) throw new Error('there is no engine file');
  return engine;
}

describe('the embedded engine', () => {
  let openElsewhere: string;
  beforeAll(async () => (openElsewhere = await compile('test/support/programs/open-engine.ts')));

  it('keeps workflows and its address over a restart, and closed ones for 90 days', async () => {
    await withData(async (paths, open) => {
      const first = await open();
      expect(first.kind).toBe('started');
      await withClient(first, async (client) => {
        await client.workflow.start('waits', { taskQueue: 'nobody', workflowId: 'kept' });
        const { config } = await client.workflowService.describeNamespace({ namespace: 'default' });
        expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(90 * 24 * 60 * 60);
      });
      const { server } = known(paths);
      await first.stop();
      expect(await isAlive(server!)).toBe(false);

      const second = await open();
      expect(second.address).toBe(first.address);
      await withClient(second, async (client) => {
        const { status } = await client.workflow.getHandle('kept').describe();
        expect(status.name).toBe('RUNNING');
      });
      await second.stop();
    });
  });

  it('gets the search attributes, and again without harm', async () => {
    await withData(async (_paths, open) => {
      const engine = await open();
      const connection = await NativeConnection.connect({ address: engine.address });
      await ensureSearchAttributes(connection, engine);
      await ensureSearchAttributes(connection, engine);
      const { customAttributes } = await connection.operatorService.listSearchAttributes({
        namespace: 'default',
      });
      const names = searchAttributeKeys.map((key) => key.name);
      expect(names.map((name) => Number(customAttributes[name]))).toEqual(names.map(() => 2));
      await connection.close();
      await engine.stop();
    });
  });

  it('adopts the server that a killed process left, which nothing else can use meanwhile', async () => {
    await withData(async (paths, open) => {
      const program = start(openElsewhere, [paths.root], process.env);
      await program.line('"started"');
      const { server, address } = known(paths);
      await program.end('SIGKILL');
      expect(await isAlive(server!)).toBe(true);
      expect(acquireLock(join(paths.engine, 'server.lock'))).toBeNull();

      const engine = await open();
      expect(engine).toMatchObject({ kind: 'adopted', address });
      await engine.stop();
      expect(await isAlive(server!)).toBe(false);
    });
  });

  it('is ended by `down` when its owner was killed', async () => {
    await withData(async (paths) => {
      const program = start(openElsewhere, [paths.root], process.env);
      await program.line('"started"');
      const { server } = known(paths);
      await program.end('SIGKILL');
      expect(await stopLeftServer(paths)).toBe(true);
      expect(await isAlive(server!)).toBe(false);
      expect(await stopLeftServer(paths)).toBe(false);
    });
  });

  it('is started again on the same address when it is killed', async () => {
    await withData(async (paths, open) => {
      const engine = await open();
      const { server } = known(paths);
      process.kill(server!.pid, 'SIGKILL');
      await until(() => known(paths).server !== null && known(paths).server?.pid !== server?.pid);
      await until(() => withClient(engine, () => Promise.resolve(true)).catch(() => false));
      await engine.stop();
      expect(await isAlive(known(paths).server!)).toBe(false);
    });
  });

  it('takes other ports when its own are taken', async () => {
    await withData(async (paths, open) => {
      const taken = await listen();
      const address = `127.0.0.1:${taken.port}`;
      await mkdir(paths.engine, { recursive: true });
      writeEngineFile(paths, { address, namespace: 'default', uiUrl: 'http://127.0.0.1:1', server: null });
      const engine = await open();
      expect(engine.kind).toBe('started');
      expect(engine.address).not.toBe(address);
      await engine.stop();
      taken.server.close();
    });
  });
});

describe('a server that was left and does not answer', () => {
  let holdLock: string;
  beforeAll(async () => (holdLock = await compile('test/support/programs/hold-lock.ts')));

  it('is ended and replaced when it is the recorded one', async () => {
    await withData(async (paths, open) => {
      await mkdir(paths.engine, { recursive: true });
      const program = start(holdLock, [join(paths.engine, 'server.lock')], process.env, { detached: true });
      await program.line('held');
      writeEngineFile(paths, { ...nowhere, server: await nameProcess(program.pid) });
      const engine = await open();
      expect(engine.kind).toBe('started');
      expect(await program.end('SIGKILL')).toBe('SIGTERM');
      await engine.stop();
    });
  });

  it('is left alone, with a clear message, when nobody knows what it is', async () => {
    await withData(async (paths, open) => {
      await mkdir(paths.engine, { recursive: true });
      const file = join(paths.engine, 'server.lock');
      const program = start(holdLock, [file], process.env, { detached: true });
      await program.line('held');
      try {
        // The pid is right, but the process that is meant started at another time.
        const other = { ...(await nameProcess(program.pid)), start: '1' };
        writeEngineFile(paths, { ...nowhere, server: other });
        await expect(open()).rejects.toThrow(`A process that is not known here holds ${file}`);
      } finally {
        expect(await program.end('SIGKILL')).toBe('SIGKILL');
      }
    });
  });
});

const nowhere = { address: '127.0.0.1:9', namespace: 'default', uiUrl: 'http://127.0.0.1:1' };

async function listen(): Promise<{ server: Server; port: number }> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return { server, port: address.port };
}
