/** `setTimeout` fires at once beyond this. */
const longestMs = 2 ** 31 - 1;

/** How long a program goes on while nobody writes to it. Counts from the start, and from each writer's leaving. */
export interface Lease {
  attached: (isAttached: boolean) => void;
  stop: () => void;
}

/** By Node's timers, which follow the monotonic clock: neither a changed date nor a laptop's sleep counts. */
export function createLease(leaseMs: number, ranOut: () => void): Lease {
  let timer = startTimer(leaseMs, ranOut);
  return {
    attached(isAttached) {
      clearTimeout(timer);
      if (!isAttached) timer = startTimer(leaseMs, ranOut);
    },
    stop: () => clearTimeout(timer),
  };
}

export function startTimer(ms: number, task: () => void): NodeJS.Timeout {
  return setTimeout(task, Math.min(ms, longestMs));
}
