import { statSync } from 'node:fs';
import { files } from '../protocol.js';

const pollMs = 1_000;

/**
 * Watches that the claim stays where it is: without it nobody finds this keeper any more, and another
 * one may be started for the same work. Returns how to stop.
 */
export function watchClaim(lost: () => void): () => void {
  const claimed = statSync(files.claim).ino;
  const timer = setInterval(() => {
    if (statSync(files.claim, { throwIfNoEntry: false })?.ino !== claimed) lost();
  }, pollMs);
  return () => clearInterval(timer);
}
