import type { Journal } from './journal.js';

const lookEveryMs = 1_000;
/** A clock that is put right little by little jumps by less. */
const leastMs = 1_000;

/**
 * Makes the function that tells by how many milliseconds the wall clock has jumped since it was asked last: it moved on
 * otherwise than the monotonic one, because it was set, or because the machine slept.
 */
export function createClock(): () => number {
  const offset = () => Date.now() - performance.now();
  let known = offset();
  return () => {
    const jumpMs = Math.round(offset() - known);
    if (Math.abs(jumpMs) < leastMs) return 0;
    known += jumpMs;
    return jumpMs;
  };
}

/** Has a jump noted soon, although the program is silent. Returns how to stop. */
export function watchClock(journal: Journal): () => void {
  const timer = setInterval(() => journal.noteClock(), lookEveryMs);
  return () => clearInterval(timer);
}
