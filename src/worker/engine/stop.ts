import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineFile } from '../../config/engine-file.js';
import { readEngineFile } from '../../config/engine-file.js';
import type { DataPaths } from '../../config/paths.js';
import { isAlive } from '../../activities/keeper/process-name.js';
import { acquireLock } from './lock.js';

const politeMs = 10_000;
const forcedMs = 5_000;

/**
 * Ends the server and waits until it is gone, which its lock tells. False when it goes on: it is not
 * the process that was recorded, or it cannot be ended.
 */
export async function stopServer(lockFile: string, engine: EngineFile): Promise<boolean> {
  const { server } = engine;
  if (server === null || !(await isAlive(server))) return waitForLock(lockFile, 0);
  signalGroup(server.pid, 'SIGTERM');
  if (await waitForLock(lockFile, politeMs)) return true;
  signalGroup(server.pid, 'SIGKILL');
  return waitForLock(lockFile, forcedMs);
}

/** Ends the embedded server of a data directory at once, without waiting. */
export async function killServer(paths: DataPaths): Promise<void> {
  const server = readEngineFile(paths)?.server ?? null;
  if (server !== null && (await isAlive(server))) signalGroup(server.pid, 'SIGKILL');
}

/** The server leads a group of its own; where the program was a wrapper, the real one is in it. */
function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It ended by itself; the lock will tell.
  }
}

async function waitForLock(lockFile: string, limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const lock = acquireLock(lockFile);
    lock?.release();
    if (lock !== null) return true;
    if (performance.now() >= deadline) return false;
    await sleep(50);
  }
}
