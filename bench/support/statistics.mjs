import { performance } from 'node:perf_hooks';

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The value that so large a share of the values does not exceed. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}

/** How long the work takes, in ms. */
export async function timed(work) {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/**
 * Measures subject and floor in turn, so that whatever else the machine does falls on both. Each of them
 * gets the number of the round, and returns one value.
 */
export async function alternate(rounds, subject, floor, onRound = () => undefined) {
  const values = { subject: [], floor: [] };
  for (let round = 0; round < rounds; round += 1) {
    // Who comes first changes as well.
    for (const side of round % 2 === 0 ? ['subject', 'floor'] : ['floor', 'subject']) {
      values[side].push(await { subject, floor }[side](round));
    }
    onRound(values.subject.at(-1), values.floor.at(-1));
  }
  return values;
}
