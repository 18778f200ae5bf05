import { linkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readClaim } from './place.js';
import type { Claim } from './protocol.js';
import { files } from './protocol.js';

/** How long a keeper may take to claim its generation; it needs a tenth of a second. */
const claimMs = 10_000;
const pollMs = 10;

/** Waits for the claim of a generation; one that nobody claims in time gets a tombstone, which ends a late keeper. */
export async function awaitClaim(folder: string): Promise<Claim> {
  const deadline = performance.now() + claimMs;
  for (;;) {
    const claim = readClaim(folder);
    if (claim !== null) return claim;
    if (performance.now() > deadline) layTombstone(folder);
    else await sleep(pollMs);
  }
}

/** By `link(2)`, as a claim: whichever comes first stays. */
export function layTombstone(folder: string): void {
  const draft = join(folder, `tombstone.${process.pid}`);
  const tombstone: Claim = { kind: 'tombstone' };
  writeFileSync(draft, JSON.stringify(tombstone));
  try {
    linkSync(draft, join(folder, files.claim));
  } catch (error) {
    if (readClaim(folder) === null) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}
