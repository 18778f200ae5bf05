import { setTimeout as sleep } from 'node:timers/promises';
import { NativeConnection } from '@temporalio/worker';
import type { Logger } from '../activities/host.js';
import type { EngineConnection } from '../config/connection.js';

const pauseMs = 1_000;
/** A person is told again that nothing has changed. */
const remindMs = 30_000;

/** Connects, waiting for as long as the server or its namespace is not there. Null when the signal ends it. */
export async function connectPatiently(
  { address, namespace, connectionOptions }: EngineConnection,
  log: Logger,
  signal: AbortSignal,
): Promise<NativeConnection | null> {
  let toldAt = -Infinity;
  while (!signal.aborted) {
    try {
      return await connect(namespace, connectionOptions);
    } catch (error) {
      if (performance.now() - toldAt > remindMs) {
        log.warn('waits for the Temporal server', { address, namespace, reason: error });
        toldAt = performance.now();
      }
    }
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
  return null;
}

async function connect(
  namespace: string,
  options: EngineConnection['connectionOptions'],
): Promise<NativeConnection> {
  const connection = await NativeConnection.connect(options);
  try {
    await connection.workflowService.describeNamespace({ namespace });
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}
