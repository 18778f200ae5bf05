import { setTimeout as sleep } from 'node:timers/promises';
import type { UpFile } from '../config/engine-file.js';
import { readUpFile } from '../config/engine-file.js';
import type { DataPaths } from '../config/paths.js';
import { stopLeftServer } from './engine/index.js';
import { isRunning } from './process-name.js';

const lookEveryMs = 100;
/** Agents and checks that are running get time to end. */
const patienceMs = 60_000;

/** What `continuo down` found and did. */
export type Stopped =
  | { kind: 'stopped' | 'still running'; command: UpFile['command']; pid: number }
  /** A killed `continuo up` had left its server, which is ended now. */
  | { kind: 'server stopped' }
  | { kind: 'nothing' };

/**
 * Ends the `continuo up` or `continuo worker` of a data directory politely, and waits until it is gone.
 * A process that merely has its pid by now is left alone.
 */
export async function stopServed(paths: DataPaths): Promise<Stopped> {
  const served = readUpFile(paths);
  if (served === null || !(await isRunning(served.process))) {
    return { kind: (await stopLeftServer(paths)) ? 'server stopped' : 'nothing' };
  }
  const { command, process: name } = served;
  askToEnd(name.pid);
  const deadline = performance.now() + patienceMs;
  while (await isRunning(name)) {
    if (performance.now() > deadline) return { kind: 'still running', command, pid: name.pid };
    await sleep(lookEveryMs);
  }
  return { kind: 'stopped', command, pid: name.pid };
}

function askToEnd(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch (error) {
    // It has ended meanwhile.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
