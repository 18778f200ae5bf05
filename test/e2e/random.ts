/** Numbers below 1 that look random, and come again with the seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The seed of `CONTINUO_SEED`, or a new one; printed, so that a run can be repeated. */
export function seeded(test: string): () => number {
  const seed = Number(process.env.CONTINUO_SEED ?? Date.now() % 1_000_000);
  process.stdout.write(`${test}: CONTINUO_SEED=${seed}\n`);
  return randomFrom(seed);
}
