import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { files } from '../protocol.js';

const pollMs = 1_000;

/**
 * Watches that the claim stays where it is: without it nobody finds this keeper any more, and another
 * one may be started for the same work. Returns how to stop.
 */
export function watchClaim(lost: () => void): () => void {
  // Absolute: a relative one would follow the folder when it is moved away.
  const claim = resolve(files.claim);
  const claimed = statSync(claim).ino;
  const timer = setInterval(() => {
    if (statSync(claim, { throwIfNoEntry: false })?.ino !== claimed) lost();
  }, pollMs);
  return () => clearInterval(timer);
}
