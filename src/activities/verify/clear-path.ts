import { lstat, realpath, rm } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';

/** Whether a path is written relative to the checkout and stays in it. */
export function isWithin(path: string): boolean {
  return !isAbsolute(path) && !path.split('/').includes('..');
}

/** The file at `path` in a checkout, or null where a link leads out of it or its folder does not exist. */
export async function findWithin(checkout: string, path: string): Promise<string | null> {
  if (!isWithin(path)) return null;
  const file = join(checkout, path);
  const folder = await realpath(dirname(file)).catch(() => null);
  if (folder === null) return null;
  const inner = relative(await realpath(checkout), folder);
  return isWithin(inner) ? file : null;
}

/**
 * Makes room in a checkout for a file at `path`, relative to it: removes what stands there, and
 * a link or a file where a folder belongs. Nothing outside the checkout is reached through a link.
 */
export async function clearPath(checkout: string, path: string): Promise<void> {
  if (!isWithin(path)) throw new Error(`${path} does not lie inside the checkout`);
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  for (let count = 1; count <= parts.length; count += 1) {
    const place = join(checkout, ...parts.slice(0, count));
    const found = await lstat(place).catch(() => null);
    if (found === null) return;
    if (found.isDirectory() && count < parts.length) continue;
    await rm(place, { recursive: true, force: true });
    return;
  }
}
