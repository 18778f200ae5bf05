import { setTimeout as sleep } from 'node:timers/promises';
import type { UpFile } from '../config/engine-file.js';
import { readUpFile } from '../config/engine-file.js';
import type { DataPaths } from '../config/paths.js';
import { findDeafness } from './beat.js';
import { stopLeftServer } from './engine/index.js';
import { isAlive, signalProcess } from '../activities/keeper/process-name.js';

const lookEveryMs = 100;
const patienceMs = 60_000;

/** What `continuo down` found and did. */
export type Stopped =
  /** `killed`: it was deaf, so it could not be asked. */
  | {
      kind: 'stopped' | 'killed' | 'still running';
      command: UpFile['command'];
      pid: number;
      others: string[];
    }
  /** A killed `continuo up` had left its server, which is ended now. */
  | { kind: 'server stopped' }
  | { kind: 'nothing' };

/**
 * Ends the `continuo up` or `continuo worker` of a data directory politely, and waits until it is gone. A
 * process that merely has its pid by now is left alone. Agents and checks go on: `endKeepers` ends those.
 */
export async function stopServed(paths: DataPaths): Promise<Stopped> {
  const served = readUpFile(paths);
  if (served === null || !(await isAlive(served.process))) {
    return { kind: (await stopLeftServer(paths)) ? 'server stopped' : 'nothing' };
  }
  const { command, others, process: name } = served;
  const isDeaf = (await findDeafness(paths, served)) !== null;
  await signalProcess(name, isDeaf ? 'SIGKILL' : 'SIGTERM');
  const deadline = performance.now() + patienceMs;
  while (await isAlive(name)) {
    if (performance.now() > deadline) return { kind: 'still running', command, pid: name.pid, others };
    await sleep(lookEveryMs);
  }
  if (isDeaf) await stopLeftServer(paths);
  return { kind: isDeaf ? 'killed' : 'stopped', command, pid: name.pid, others };
}
