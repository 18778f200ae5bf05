import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Git takes a lock for moments; an older one was left by a host that went down. */
const staleMs = 60_000;

/** Removes the locks of a git directory that nobody holds any more: git itself would wait for a person. */
export async function removeStaleLocks(gitDir: string): Promise<void> {
  const names = [
    ...(await readdir(gitDir)),
    ...(await readdir(join(gitDir, 'refs'), { recursive: true })).map((name) => join('refs', name)),
  ];
  for (const name of names.filter((path) => path.endsWith('.lock'))) {
    const file = join(gitDir, name);
    const info = await stat(file).catch(() => null);
    if (info?.isFile() && Date.now() - info.mtimeMs > staleMs) await rm(file, { force: true });
  }
}
