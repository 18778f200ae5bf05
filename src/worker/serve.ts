import { Client } from '@temporalio/client';
import { emptyTrash } from '../activities/git/trash.js';
import { createActivities } from '../activities/index.js';
import type { EngineConnection } from '../config/connection.js';
import { workflowQueue } from '../config/temporal.js';
import { workflowBundle } from './bundle.js';
import { connectPatiently } from './connect.js';
import { ensureSearchAttributes } from './engine/attributes.js';
import type { Host } from './host.js';
import { endLeftovers } from './leftovers.js';
import type { Workers } from './workers.js';
import { createWorkers } from './workers.js';

/**
 * Works for the server until the signal ends it: takes no new work then, ends what runs, and
 * returns. `onReady` is called once, when the workers are polling.
 */
export async function serve(
  host: Host,
  engine: EngineConnection,
  signal: AbortSignal,
  onReady: (client: Client, queue: string) => Promise<void>,
): Promise<void> {
  const connection = await connectPatiently(engine, host.log, signal);
  if (connection === null) return;
  try {
    const { namespace } = engine;
    const queue = workflowQueue(host.env);
    await ensureSearchAttributes(connection, engine);
    await host.configs.put(host.config);
    await endLeftovers(host.paths, host.log);
    const workers = await createWorkers({
      connection,
      namespace,
      queue,
      host: host.host,
      workflowBundle: workflowBundle(),
      activities: createActivities(host),
    });
    const sweeping = setInterval(() => void sweep(host, workers), sweepEveryMs).unref();
    try {
      await workers.run(signal, () => onReady(new Client({ connection, namespace }), queue));
    } finally {
      clearInterval(sweeping);
    }
  } finally {
    await connection.close();
  }
}

const sweepEveryMs = 60_000;

/** Empties the trash while nothing else goes on. */
async function sweep({ paths, log }: Host, workers: Workers): Promise<void> {
  if (!workers.isIdle()) return;
  try {
    await emptyTrash(paths);
  } catch (error) {
    log.warn('the trash cannot be emptied', { folder: paths.trash, error });
  }
}
