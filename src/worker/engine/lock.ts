import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';

/**
 * A lock of the kernel on a file: it ends with the last process that has the descriptor open, also
 * by `kill -9`, so a lock is never stale. A child that inherits the descriptor holds the lock as well.
 */
export interface Lock {
  fd: number;
  /** Closes this process's descriptor. */
  release(): void;
}

/** Null when somebody holds it. The file is made where it is missing, and stays. */
export function acquireLock(path: string): Lock | null {
  const fd = process.platform === 'darwin' ? openLocked(path) : openAndLock(path);
  return fd === null ? null : { fd, release: () => closeSync(fd) };
}

/** `open(2)` of macOS takes the lock itself; Node has no name for this flag. */
const macExclusiveLock = 0x20;

function openLocked(path: string): number | null {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NONBLOCK | macExclusiveLock;
  try {
    return openSync(path, flags, 0o600);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return null;
    throw error;
  }
}

/** `flock` locks the open file that it inherits, and this process keeps it open when `flock` has ended. */
function openAndLock(path: string): number | null {
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  const { status, error } = spawnSync('flock', ['--nonblock', '3'], {
    stdio: ['ignore', 'ignore', 'ignore', fd],
  });
  if (status === 0) return fd;
  closeSync(fd);
  if (status === 1) return null;
  throw new Error(`${path} cannot be locked: the program flock (package util-linux) is needed`, {
    cause: error,
  });
}
