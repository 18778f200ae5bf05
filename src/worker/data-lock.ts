import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../activities/host.js';
import type { UpFile } from '../config/engine-file.js';
import { readUpFile, upFile, writeUpFile } from '../config/engine-file.js';
import type { DataPaths } from '../config/paths.js';
import { findDeafness, startBeating } from './beat.js';
import type { Lock } from './engine/lock.js';
import { acquireLock } from './engine/lock.js';
import { isAlive, nameProcess, signalProcess } from '../activities/keeper/process-name.js';

/** Another process works with the data directory already. */
export class AlreadyRunning extends Error {
  override readonly name = 'AlreadyRunning';

  constructor(project: string, paths: DataPaths, other: UpFile | null) {
    const who =
      other === null ? 'another process' : `\`continuo ${other.command}\`, process ${other.process.pid}`;
    super(
      `Project ${project} is served on this host already, by ${who} (data directory ${paths.root}). ` +
        'End it with `continuo down`, or give this one a data directory of its own by CONTINUO_DATA.',
    );
  }
}

/** The right to work with a data directory. */
export interface DataLock {
  /** Tells other commands where the engine is, whether this process works already, and in which sandbox. */
  publish(engine: Pick<UpFile, 'address' | 'uiUrl' | 'ready' | 'sandbox' | 'others'>): void;
  release(): void;
}

/**
 * One process works with a data directory at a time; a deaf one is ended and replaced. Throws
 * `AlreadyRunning` when a healthy one is there.
 */
export async function lockData(
  paths: DataPaths,
  command: UpFile['command'],
  project: string,
  log: Logger,
): Promise<DataLock> {
  mkdirSync(paths.root, { recursive: true, mode: 0o700 });
  const file = join(paths.root, 'up.lock');
  const lock = acquireLock(file) ?? (await replaceDeaf(file, paths, log));
  if (lock === null) throw new AlreadyRunning(project, paths, readUpFile(paths));

  const known = { process: await nameProcess(process.pid), command, project };
  writeUpFile(paths, { ...known, others: [], address: null, uiUrl: null, ready: false });
  const stopBeating = startBeating(paths);
  return {
    publish: (engine) => writeUpFile(paths, { ...known, ...engine }),
    release() {
      stopBeating();
      rmSync(upFile(paths), { force: true });
      lock.release();
    },
  };
}

/** The kernel gives a lock back a moment after the end of its process. */
const patienceMs = 10_000;
const lookEveryMs = 20;

/** Ends the holder of the lock when it is deaf, and takes the lock. Null when it is healthy, or not known. */
async function replaceDeaf(file: string, paths: DataPaths, log: Logger): Promise<Lock | null> {
  const holder = readUpFile(paths);
  if (holder === null || !(await isAlive(holder.process))) return null;
  const deafness = await findDeafness(paths, holder);
  if (deafness === null) return null;
  const { pid } = holder.process;
  log.warn('ends the process that held the data directory and did no work; its agents and checks go on', {
    command: holder.command,
    pid,
    reason: deafness,
  });
  await signalProcess(holder.process, 'SIGKILL');
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline) {
    const lock = acquireLock(file);
    if (lock !== null) return lock;
    // Another newcomer was faster.
    if (readUpFile(paths)?.process.pid !== pid) return null;
    await sleep(lookEveryMs);
  }
  return null;
}
