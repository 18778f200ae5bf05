import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../activities/host.js';
import type { EngineFile } from '../../config/engine-file.js';
import { readEngineFile } from '../../config/engine-file.js';
import type { DataPaths } from '../../config/paths.js';
import { findProgram } from './binary.js';
import { EngineError } from './error.js';
import { isHealthy } from './health.js';
import type { Lock } from './lock.js';
import { acquireLock } from './lock.js';
import type { Ports } from './ports.js';
import { choosePorts, freePorts, portsOf } from './ports.js';
import { temporal } from './programs.js';
import { lastLogLines, serverLog, startServer } from './server.js';
import { stopServer } from './stop.js';

export interface EmbeddedOptions {
  env: NodeJS.ProcessEnv;
  paths: DataPaths;
  log: Logger;
}

/** Whoever holds it runs the server of the data directory. */
export function serverLock(paths: DataPaths): string {
  return join(paths.engine, 'server.lock');
}

/**
 * Starts the server of the data directory, or takes over the healthy one that a killed process left.
 * One that is left but does not answer is ended and replaced.
 */
export async function findOrStart(
  options: EmbeddedOptions,
): Promise<{ kind: 'started' | 'adopted'; engine: EngineFile }> {
  const { paths, log } = options;
  mkdirSync(paths.engine, { recursive: true, mode: 0o700 });

  let lock = acquireLock(serverLock(paths));
  if (lock === null) {
    const left = await findHealthy(paths);
    if (left !== null) {
      log.info('uses the Temporal server that was left running', { address: left.address });
      return { kind: 'adopted', engine: left };
    }
    log.warn('the Temporal server that was left running does not answer; it is replaced');
    lock = await takeOver(paths);
  }
  try {
    return { kind: 'started', engine: await start(options, lock) };
  } finally {
    lock.release();
  }
}

/** Starts the server again after its end, on the ports that everybody knows. Null when that did not work. */
export async function restart(options: EmbeddedOptions, last: EngineFile): Promise<EngineFile | null> {
  const { env, paths, log } = options;
  const lock = acquireLock(serverLock(paths));
  if (lock === null) return null;
  try {
    const program = await findProgram(temporal, env, (line) => log.info(line));
    return await startServer(program.path, env, paths, portsOf(last), lock);
  } finally {
    lock.release();
  }
}

const patienceMs = 5_000;

/** One that is just starting, or on a busy machine, gets some time to answer. */
async function findHealthy(paths: DataPaths): Promise<EngineFile | null> {
  const deadline = performance.now() + patienceMs;
  do {
    const engine = readEngineFile(paths);
    if (engine !== null && (await isHealthy({ address: engine.address }, engine.namespace))) return engine;
    await sleep(200);
  } while (performance.now() < deadline);
  return null;
}

async function takeOver(paths: DataPaths): Promise<Lock> {
  const file = serverLock(paths);
  const engine = readEngineFile(paths);
  const gone = engine !== null && (await stopServer(file, engine));
  const lock = gone ? acquireLock(file) : null;
  if (lock !== null) return lock;
  throw new EngineError(
    `A process that is not known here holds ${file}, so another Temporal server may be using ` +
      `the database beside it. Find it with \`fuser -v ${file}\` and end it, then try again.`,
  );
}

const starts = 3;

async function start({ env, paths, log }: EmbeddedOptions, lock: Lock): Promise<EngineFile> {
  const program = await findProgram(temporal, env, (line) => log.info(line));
  log.debug('starts the Temporal server', { program: program.path, version: program.version });
  let ports: Ports = await choosePorts(readEngineFile(paths));
  for (let count = 1; count <= starts; count += 1) {
    const engine = await startServer(program.path, env, paths, ports, lock);
    if (engine !== null) return engine;
    // A port may have been taken since it was looked at.
    ports = await freePorts();
  }
  throw new EngineError(
    `The Temporal server (${program.path}) ended at once, ${starts} times. ` +
      `The end of its log ${serverLog(paths)}:\n${lastLogLines(paths)}`,
  );
}
