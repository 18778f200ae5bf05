import { readdir } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { tryGit } from './git.js';
import type { HostGit } from './host-git.js';

/**
 * A file that git would save, below a folder of the work tree that is a repository of its own; null
 * when there is none. Looks at names only. Paths are relative to the work tree.
 */
export async function firstFile(host: HostGit, folder: string): Promise<string | null> {
  const entries = await readdir(join(host.workTree, folder), { withFileTypes: true });
  const named = entries.filter(({ name }) => name !== '.git');
  for (const entry of named.filter((one) => one.isFile() || one.isSymbolicLink())) {
    const path = posix.join(folder, entry.name);
    if (!(await isIgnored(host, path))) return path;
  }
  for (const entry of named.filter((one) => one.isDirectory())) {
    const path = posix.join(folder, entry.name);
    if (await isIgnored(host, `${path}/`)) continue;
    const found = await firstFile(host, path);
    if (found !== null) return found;
  }
  return null;
}

async function isIgnored(host: HostGit, path: string): Promise<boolean> {
  const args = ['check-ignore', '--quiet', '--no-index', '-z', '--stdin'];
  return (await tryGit(args, { ...host, input: path })).exitCode === 0;
}

/** Folders below the top of a work tree that are repositories, relative to it. Links are not followed. */
export async function findNested(workTree: string, folder = ''): Promise<string[]> {
  const entries = await readdir(join(workTree, folder), { withFileTypes: true });
  const found = folder !== '' && entries.some(({ name }) => name === '.git') ? [folder] : [];
  for (const entry of entries) {
    if (!entry.isDirectory() || skipped.has(entry.name)) continue;
    found.push(...(await findNested(workTree, posix.join(folder, entry.name))));
  }
  return found;
}

/** Not looked into: git's own folders, and packages that can be installed again. */
const skipped = new Set(['.git', 'node_modules']);
