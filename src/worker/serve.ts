import { Client } from '@temporalio/client';
import { finishLandings } from '../activities/forge/registry.js';
import { emptyTrash } from '../activities/git/trash.js';
import { createActivities } from '../activities/index.js';
import type { EngineConnection } from '../config/connection.js';
import { workflowQueue } from '../config/temporal.js';
import { failDeadAttempts, noteAttempts } from './attempts.js';
import { workflowBundle } from './bundle.js';
import { connectPatiently } from './connect.js';
import { ensureSearchAttributes } from './engine/attributes.js';
import type { Host, Hosts } from './host.js';
import { nameProcess } from '../activities/keeper/process-name.js';
import { bindActivityLog } from './log/activity-log.js';
import { sweepPrograms } from './programs.js';
import type { ActivityHost, Workers } from './workers.js';
import { createWorkers } from './workers.js';

/**
 * Works for the server until the signal ends it: takes no new work then, leaves what runs to the next
 * worker, and returns. `onReady` is called once, when the workers are polling.
 */
export async function serve(
  hosts: Hosts,
  engine: EngineConnection,
  signal: AbortSignal,
  onReady: (client: Client, queue: string) => Promise<void>,
): Promise<void> {
  // Needs no server: people wait for their working trees.
  for (const host of hosts) await finishLandings(host);
  const [{ env, log }] = hosts;
  const connection = await connectPatiently(engine, log, signal);
  if (connection === null) return;
  try {
    const { namespace } = engine;
    const queue = workflowQueue(env);
    const client = new Client({ connection, namespace });
    // Before anything that takes time: the next attempts are ready when the workers begin to poll.
    for (const host of hosts) await failDeadAttempts(host.paths, client, host.log);
    await ensureSearchAttributes(connection, engine);
    for (const host of hosts) await host.configs.put(host.config);
    const workers = await createWorkers({
      connection,
      namespace,
      queue,
      workflowBundle: workflowBundle(),
      hosts: await Promise.all(hosts.map(activityHost)),
    });
    const sweepAll = () => hosts.forEach((host) => void sweep(host, client, workers));
    const sweeping = setInterval(sweepAll, sweepEveryMs).unref();
    for (const host of hosts) void sweepPrograms(host.paths, client, host.log);
    try {
      await workers.run(signal, () => onReady(client, queue));
    } finally {
      clearInterval(sweeping);
    }
  } finally {
    await connection.close();
  }
}

async function activityHost(host: Host): Promise<ActivityHost> {
  const { config, paths, log } = host;
  return {
    project: config.project,
    host: host.host,
    activities: createActivities(host),
    interceptors: [bindActivityLog(log), noteAttempts(paths, await nameProcess(process.pid))],
  };
}

const sweepEveryMs = 60_000;

/** Ends programs that nobody wants any more, and empties the trash while nothing else goes on. */
async function sweep({ config, paths, log }: Host, client: Client, workers: Workers): Promise<void> {
  await sweepPrograms(paths, client, log);
  if (!workers.isIdle(config.project)) return;
  try {
    await emptyTrash(paths);
  } catch (error) {
    log.warn('the trash cannot be emptied', { folder: paths.trash, error });
  }
}
