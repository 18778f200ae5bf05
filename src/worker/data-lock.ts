import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { UpFile } from '../config/engine-file.js';
import { readUpFile, upFile, writeUpFile } from '../config/engine-file.js';
import type { DataPaths } from '../config/paths.js';
import { acquireLock } from './engine/lock.js';
import { nameProcess } from './process-name.js';

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
  /** Tells other commands where the engine is. */
  publish(engine: Pick<UpFile, 'address' | 'uiUrl'>): void;
  release(): void;
}

/** One process works with a data directory at a time. Throws `AlreadyRunning`. */
export async function lockData(
  paths: DataPaths,
  command: UpFile['command'],
  project: string,
): Promise<DataLock> {
  mkdirSync(paths.root, { recursive: true, mode: 0o700 });
  const lock = acquireLock(join(paths.root, 'up.lock'));
  if (lock === null) throw new AlreadyRunning(project, paths, readUpFile(paths));

  const known = { process: await nameProcess(process.pid), command, project };
  writeUpFile(paths, { ...known, address: null, uiUrl: null });
  return {
    publish: (engine) => writeUpFile(paths, { ...known, ...engine }),
    release() {
      rmSync(upFile(paths), { force: true });
      lock.release();
    },
  };
}
