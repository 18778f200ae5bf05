import type { EngineConnection } from '../../config/connection.js';
import { namedConnection } from '../../config/connection.js';
import type { EngineFile } from '../../config/engine-file.js';
import { readEngineFile } from '../../config/engine-file.js';
import type { DataPaths } from '../../config/paths.js';
import type { EmbeddedOptions } from './embedded.js';
import { findOrStart, serverLock } from './embedded.js';
import { EngineError } from './error.js';
import { keepHistories } from './health.js';
import { acquireLock } from './lock.js';
import { stopServer } from './stop.js';
import { supervise } from './supervise.js';

/** A Temporal server to work with. */
export interface Engine extends EngineConnection {
  /** Where people look at runs; null when it is not known. */
  uiUrl: string | null;
  kind: 'external' | 'started' | 'adopted';
  /** Ends the embedded server and waits until it is gone; leaves one that was named alone. */
  stop: () => Promise<void>;
}

export interface EngineOptions extends EmbeddedOptions {
  /** Uses an embedded server although another one is named in the environment. */
  ignoreAddress?: boolean;
}

/**
 * The server that the environment names, else the embedded one of the data directory, which is
 * started again whenever it ends. Throws `EngineError`.
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const named = options.ignoreAddress === true ? null : namedConnection(options.env);
  if (named !== null) {
    const uiUrl = options.env.TEMPORAL_UI_URL ?? cloudUrl(named);
    return { ...named, uiUrl, kind: 'external', stop: () => Promise.resolve() };
  }
  const { kind, engine } = await findOrStart(options);
  const endSupervision = supervise(options, engine);
  const stop = async () => stopOrThrow(options.paths, await endSupervision());
  const { address, namespace, uiUrl } = engine;
  try {
    await keepHistories(address, namespace);
  } catch (error) {
    await stop();
    throw error;
  }
  return { address, namespace, uiUrl, kind, stop, connectionOptions: { address } };
}

/** Ends a server that a killed `continuo up` left in the data directory; false when there is none. */
export async function stopLeftServer(paths: DataPaths): Promise<boolean> {
  const engine = readEngineFile(paths);
  if (engine === null) return false;
  const lock = acquireLock(serverLock(paths));
  lock?.release();
  if (lock !== null) return false;
  await stopOrThrow(paths, engine);
  return true;
}

async function stopOrThrow(paths: DataPaths, engine: EngineFile): Promise<void> {
  const file = serverLock(paths);
  if (await stopServer(file, engine)) return;
  throw new EngineError(
    `The Temporal server on ${engine.address} cannot be ended. \`fuser -v ${file}\` tells its process.`,
  );
}

function cloudUrl({ address, namespace }: EngineConnection): string | null {
  return /\.(tmprl\.cloud|temporal\.io)(:\d+)?$/.test(address)
    ? `https://cloud.temporal.io/namespaces/${encodeURIComponent(namespace)}`
    : null;
}
