import { lstat, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * What stands where a new file is to go, or in place of a folder that it needs, or null. Files that leave with
 * the same landing do not count. An empty folder gives way; one that holds anything else does not.
 */
export async function findStanding(
  root: string,
  path: string,
  leaving: ReadonlySet<string>,
): Promise<string | null> {
  for (const folder of foldersOf(path)) {
    const info = await lookAt(root, folder);
    if (info === null) return null;
    if (!info.isDirectory()) return leaving.has(folder) ? null : folder;
  }
  const actual = await actualPath(root, path);
  if (actual === null) return null;
  if (await isFolder(root, path)) return findOther(root, path, leaving);
  return actual !== path && leaving.has(actual) ? null : actual;
}

/** The path with its name as the folder has it: it may differ in case from the one by which it was found. Null when nothing is there. */
export async function actualPath(root: string, path: string): Promise<string | null> {
  if ((await lookAt(root, path)) === null) return null;
  const names = await readdir(join(root, dirname(path))).catch((): string[] => []);
  const name = path.slice(path.lastIndexOf('/') + 1);
  const variant = names.includes(name)
    ? name
    : names.find((other) => other.toLowerCase() === name.toLowerCase());
  return variant === undefined ? path : path.slice(0, path.length - name.length) + variant;
}

export async function isFolder(root: string, path: string): Promise<boolean> {
  return (await lookAt(root, path))?.isDirectory() ?? false;
}

function foldersOf(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** Something below a folder, ignored files and folders of other repositories too, that does not leave. */
async function findOther(root: string, folder: string, leaving: ReadonlySet<string>): Promise<string | null> {
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    const other = entry.isDirectory()
      ? await findOther(root, path, leaving)
      : leaving.has(path)
        ? null
        : path;
    if (other !== null) return other;
  }
  return null;
}

function lookAt(root: string, path: string) {
  return lstat(join(root, path)).catch(() => null);
}
