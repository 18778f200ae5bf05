import { linkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readClaim } from './place.js';
import { errorCode } from './process/guards.js';
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
    // A claim that cannot be read, after a loss of power, is nobody's either.
    if (performance.now() > deadline) return tombstone(folder);
    else await sleep(pollMs);
  }
}

function tombstone(folder: string): Claim {
  layTombstone(folder);
  return readClaim(folder) ?? { kind: 'tombstone' };
}

/** By `link(2)`, as a claim: whichever comes first stays. */
export function layTombstone(folder: string): void {
  const draft = join(folder, `tombstone.${process.pid}`);
  const tombstone: Claim = { kind: 'tombstone' };
  writeFileSync(draft, JSON.stringify(tombstone));
  try {
    linkSync(draft, join(folder, files.claim));
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}
