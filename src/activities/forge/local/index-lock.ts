import { randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isCode } from '../../git/error-code.js';

/** An editor's `git status` holds the lock for moments. */
const tries = 20;
const pauseMs = 100;

export type Locked<T> =
  | { kind: 'done'; value: T }
  /** Another git holds this lock, or has left it. */
  | { kind: 'locked'; file: string };

/**
 * Runs work while no other git can write the indexes of these working trees, and so nobody can commit or
 * switch there. Git's own lock does that; `owner` is what stands in it, and tells a lock that a
 * dead worker has left from that of another.
 */
export async function withIndexLocks<T>(
  gitDirs: readonly string[],
  owner: string,
  work: () => Promise<T>,
): Promise<Locked<T>> {
  const taken: string[] = [];
  try {
    for (const gitDir of gitDirs) {
      const file = join(gitDir, 'index.lock');
      if (!(await take(file, owner))) return { kind: 'locked', file };
      taken.push(file);
    }
    return { kind: 'done', value: await work() };
  } finally {
    for (const file of taken) if (await isOurs(file, owner)) await rm(file, { force: true });
  }
}

/** By a link, so that the lock is never there without its text. */
async function take(file: string, owner: string): Promise<boolean> {
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, owner);
  try {
    for (let count = 1; !(await linked(draft, file)); count += 1) {
      if (await isOurs(file, owner)) return true;
      if (count === tries) return false;
      await pause(pauseMs);
    }
    return true;
  } finally {
    await rm(draft, { force: true });
  }
}

async function linked(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

async function isOurs(file: string, owner: string): Promise<boolean> {
  return (await readFile(file, 'utf8').catch(() => null)) === owner;
}
