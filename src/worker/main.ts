import { EngineError } from './engine/error.js';
import { namedConnection } from '../config/connection.js';
import type { EngineConnection } from '../config/connection.js';
import { readEngineFile } from '../config/engine-file.js';
import type { DataPaths } from '../config/paths.js';
import { openEngine } from './engine/index.js';
import { killServer } from './engine/stop.js';
import { goingOn } from './going-on.js';
import type { Host, Place } from './host.js';
import { openHost } from './host.js';
import { findPrograms } from './keepers.js';
import { countTasks } from './metrics.js';
import { examineContainment, examineRepository } from './preflight.js';
import { installRuntime } from './runtime.js';
import { sandboxLines, sandboxNote } from './sandbox.js';
import { serve } from './serve.js';
import { joinProject, startProject } from './start-project.js';
import { listenForStop } from './stop-signal.js';
import { welcome } from './welcome.js';

// What the commands need besides; this file is their one door into the folder.
export { AlreadyRunning } from './data-lock.js';
export type { Detached } from './detach.js';
export { startDetached } from './detach.js';
export { EngineError } from './engine/error.js';
export { goingOn } from './going-on.js';
export type { LiveProgram } from './keepers.js';
export { endPrograms, findPrograms } from './keepers.js';
export type { LogOptions } from './log/open-log.js';
export { sandboxLines } from './sandbox.js';
export type { Stopped } from './stop-served.js';
export { stopServed } from './stop-served.js';

/**
 * `continuo up`: engine, workers and the project's scheduler, in this process, until SIGINT or
 * SIGTERM. Returns when everything has ended; a second signal ends the process at once. Throws
 * `ConfigError`, `AlreadyRunning` and `EngineError`.
 */
export async function runUp(place: Place): Promise<void> {
  await withHost('up', place, async (host, signal) => {
    const sandbox = sandboxNote(host.config, await examineContainment(host));
    await examineRepository(host);
    const engine = await openEngine(host);
    try {
      host.lock.publish({ ...engine, ready: false });
      installRuntime(host);
      await serve(host, engine, signal, async (client, queue) => {
        await startProject(client, queue, host);
        if (host.metrics !== null) countTasks(client, host.config.project, host.log, signal);
        host.lock.publish({ ...engine, ready: true, sandbox });
        tellReady(host, engine);
        welcome(host, engine, sandbox).forEach(print);
      });
    } finally {
      await engine.stop();
    }
  });
}

/** `continuo worker`: the workers of this host alone, for a server that runs elsewhere; waits for it. Throws as `runUp`. */
export async function runWorker(place: Place): Promise<void> {
  await withHost('worker', place, async (host, signal) => {
    const sandbox = sandboxNote(host.config, await examineContainment(host));
    const engine = findServer(host);
    const known = { address: engine.address, uiUrl: null };
    host.lock.publish({ ...known, ready: false });
    installRuntime(host);
    await serve(host, engine, signal, (client) => {
      void joinProject(client, host, signal);
      host.lock.publish({ ...known, ready: true, sandbox });
      tellReady(host, engine);
      print(`Continuo works as host ${host.host} for ${engine.address}, namespace ${engine.namespace}`);
      sandboxLines(sandbox).forEach(print);
      return Promise.resolve();
    });
  });
}

async function withHost(
  command: 'up' | 'worker',
  place: Place,
  work: (host: Host, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const host = await openHost(command, place);
  const { lock, paths } = host;
  const stop = listenForStop(
    () => {
      host.log.info('stopping');
      print('Stopping: agents and checks go on; once more stops at once.');
    },
    () => void force(paths),
  );
  try {
    await work(host, stop.signal);
    if (stop.signal.aborted) {
      const { running } = await findPrograms(paths);
      goingOn(running, host.config.keeper.lease_ms).forEach(print);
    }
  } finally {
    lock.release();
    stop.dispose();
    host.log.info('stopped');
  }
}

function tellReady({ log, paths }: Host, { address, namespace }: EngineConnection): void {
  log.info('serving', { address, namespace, data: paths.root });
}

/** Agents and checks go on by design; the server would too. */
async function force(paths: DataPaths): Promise<void> {
  await killServer(paths);
  process.exit(1);
}

function findServer({ env, paths }: Host): EngineConnection {
  const named = namedConnection(env);
  if (named !== null) return named;
  const embedded = readEngineFile(paths);
  if (embedded === null) {
    throw new EngineError('There is no server to work for: set TEMPORAL_ADDRESS, or run `continuo up`.');
  }
  const { address, namespace } = embedded;
  return { address, namespace, connectionOptions: { address } };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
