import { findProcess, readBootId, startOf } from '../activities/keeper/processes.js';
import type { ProcessName } from '../config/engine-file.js';

/** Throws when the process has ended already. */
export async function nameProcess(pid: number): Promise<ProcessName> {
  const [start, bootId] = await Promise.all([startOf(pid), readBootId()]);
  if (start === null) throw new Error(`process ${pid} has ended`);
  return { pid, start, bootId };
}

/** Whether the very process that was named is still there: never another one with its pid. */
export async function isRunning(name: ProcessName): Promise<boolean> {
  if (name.bootId !== (await readBootId())) return false;
  const found = await findProcess(name.pid);
  return found !== null && !found.zombie && found.start === name.start;
}

/** Signals the very process that was named, if it is still there. */
export async function signalProcess(name: ProcessName, signal: NodeJS.Signals): Promise<void> {
  if (!(await isRunning(name))) return;
  try {
    process.kill(name.pid, signal);
  } catch (error) {
    // It has ended meanwhile.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
