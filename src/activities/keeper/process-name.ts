import { errorCode } from './process/guards.js';
import { findProcess, readBootId, startOf } from './processes.js';
import type { ProcessName } from './protocol.js';

/** Throws when the process has ended already. */
export async function nameProcess(pid: number): Promise<ProcessName> {
  const [start, bootId] = await Promise.all([startOf(pid), readBootId()]);
  if (start === null) throw new Error(`process ${pid} has ended`);
  return { pid, start, bootId };
}

/** Whether the very process that was named is still there, and no zombie: never another one with its pid. */
export async function isAlive({ bootId, pid, start }: ProcessName): Promise<boolean> {
  if (bootId !== (await readBootId())) return false;
  const found = await findProcess(pid);
  return found !== null && !found.zombie && found.start === start;
}

/** Signals the very process that was named; nothing when it is gone. */
export async function signalProcess(name: ProcessName, signal: NodeJS.Signals): Promise<void> {
  if (!(await isAlive(name))) return;
  try {
    process.kill(name.pid, signal);
  } catch (error) {
    // It has ended meanwhile.
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}
