import type { Fault } from '../protocol.js';

/** Tells that a moment has come, about a write or a tool's result when `key` is given. */
export type Reach = (at: Fault['at'], key?: string) => void;

/** For tests: the keeper kills itself, as `kill -9` does, at the moment that its specification names. */
export function faultAt(fault: Fault | null): Reach {
  return (at, key) => {
    if (fault?.at !== at) return;
    if (fault.key === undefined || fault.key === key) process.kill(process.pid, 'SIGKILL');
  };
}
