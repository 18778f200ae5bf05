import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Git takes a lock for moments; an older one was left by a host that went down, or looks old to a clock that was set. */
const oldMs = 60_000;
/** Three heartbeats: a git of an attempt that was given up, as after the sleep of the machine, is ended before. */
const watchMs = 6_000;
const lookEveryMs = 100;

export interface LockSweep {
  signal?: AbortSignal | undefined;
  /** How long an old lock is watched, by the monotonic clock. */
  patienceMs?: number;
}

/**
 * Removes the locks of a git directory that nobody holds any more: git itself would wait for a person. One that looks old is
 * watched first, because the clock may be wrong: whoever is alive changes it, or is done with it.
 */
export async function removeStaleLocks(
  gitDir: string,
  { signal, patienceMs = watchMs }: LockSweep = {},
): Promise<void> {
  const names = [
    ...(await readdir(gitDir)),
    ...(await readdir(join(gitDir, 'refs'), { recursive: true })).map((name) => join('refs', name)),
  ];
  const locks = names.filter((path) => path.endsWith('.lock')).map((name) => join(gitDir, name));
  await Promise.all(
    locks.map(async (file) => {
      if ((await isOld(file)) && (await staysAsItIs(file, patienceMs, signal)))
        await rm(file, { force: true });
    }),
  );
}

/** From the future as well: the clock was set back since. */
async function isOld(file: string): Promise<boolean> {
  const info = await stat(file).catch(() => null);
  return info?.isFile() === true && Math.abs(Date.now() - info.mtimeMs) > oldMs;
}

async function staysAsItIs(file: string, forMs: number, signal?: AbortSignal): Promise<boolean> {
  const first = await markOf(file);
  if (first === null) return false;
  const deadline = performance.now() + forMs;
  while (performance.now() < deadline) {
    if ((await markOf(file)) !== first) return false;
    await sleep(lookEveryMs, undefined, { signal });
  }
  return (await markOf(file)) === first;
}

/** Changes with the file; null without one. */
async function markOf(file: string): Promise<string | null> {
  const info = await stat(file).catch(() => null);
  return info === null ? null : [info.ino, info.size, info.mtimeMs].join(' ');
}
