import { stat } from 'node:fs/promises';

/** How long a lock file has been there, in milliseconds; null when there is none. */
export type LockWatch = (file: string) => Promise<number | null>;

/**
 * Watches one lock file from look to look. Its own time is not asked, because a clock that is set would make any lock
 * an old one: what counts is how long it was seen unchanged, by the steady clock of this process.
 */
export function createLockWatch(now: () => number = () => performance.now()): LockWatch {
  let seen: { name: string; since: number } | null = null;
  return async (file) => {
    const info = await stat(file).catch(() => null);
    if (info === null) {
      seen = null;
      return null;
    }
    const name = [file, info.ino, info.size, info.mtimeMs].join(' ');
    if (seen?.name !== name) seen = { name, since: now() };
    return now() - seen.since;
  };
}
