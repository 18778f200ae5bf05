import { readdirSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Each is a mount, and the time for them grows with the square: 9 s for 1500. bubblewrap takes 3000 at most. */
const maxEntries = 500;

/**
 * Words for bubblewrap that show what a folder holds entry by entry, in a folder of the program's own: what is created there
 * later, or renamed over something, as most tools write a login, never comes into sight. What is `left` is not
 * shown. A folder that `conceals` something further down is shown entry by entry in turn. Of a very full folder
 * 500 entries are shown.
 */
export function showEntries(
  folder: string,
  left: (path: string) => boolean,
  conceals: (path: string) => boolean,
): string[] {
  return entriesOf(folder)
    .map(({ name, type }) => ({ path: join(folder, name), type }))
    .filter(({ path }) => !left(path))
    .slice(0, maxEntries)
    .flatMap(({ path, type }) => {
      if (type === 'link') return linkTo(path);
      if (type === 'folder' && conceals(path)) return ['--dir', path, ...showEntries(path, left, conceals)];
      return isInReach(path) ? ['--ro-bind-try', path, path] : [];
    });
}

interface Entry {
  name: string;
  type: 'file' | 'folder' | 'link';
}

/** Sockets are for commanding other programs, and are left out. */
function entriesOf(folder: string): Entry[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry): Entry[] => {
      const { name } = entry;
      if (entry.isSymbolicLink()) return [{ name, type: 'link' }];
      if (entry.isDirectory()) return [{ name, type: 'folder' }];
      return entry.isFile() ? [{ name, type: 'file' }] : [];
    });
  } catch {
    // Neither the worker's user nor the program can look into it.
    return [];
  }
}

function linkTo(path: string): string[] {
  try {
    return ['--symlink', readlinkSync(path), path];
  } catch {
    return [];
  }
}

/** A mount of another user, such as a file system of FUSE, cannot even be looked at by root; nor could bubblewrap. */
function isInReach(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}
