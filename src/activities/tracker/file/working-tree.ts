import { readFile, readdir, stat } from 'node:fs/promises';
import { join, posix, resolve } from 'node:path';
import type { Problem } from '../../../domain/project.js';
import type { LockWatch } from './lock-watch.js';
import { longestFileBytes } from './task-file.js';
import { isTaskPath } from './task-name.js';

/** More task files than this are not compared: the folder is not one of tasks. */
const mostFiles = 2_000;

/** A git that works is done before, but for one that waits for a person's commit message. */
const longLockedMs = 120_000;

/** The user's own checkout. */
export interface Checkout {
  /** A local path. */
  repository: string;
  /** Of tasks. */
  folder: string;
  base: string;
  lockedFor: LockWatch;
}

/**
 * What of the tasks folder in the user's own checkout is not committed: only committed tasks are
 * started, and nobody should wonder why. Reads plain files; git itself is not asked, because a
 * checkout's own configuration can run programs. A bare repository has nothing to say, and neither has a
 * checkout that git is changing now, such as for a landing: its files are behind its base for moments.
 * A lock that stays is told of.
 */
export async function uncommittedProblems(
  { repository, folder, base, lockedFor }: Checkout,
  committed: ReadonlyMap<string, string | null>,
): Promise<Problem[]> {
  const gitDir = await gitDirOf(repository);
  if (gitDir === null) return [];
  const lock = join(gitDir, 'index.lock');
  const lockedMs = await lockedFor(lock);
  if (lockedMs !== null) return lockedMs < longLockedMs ? [] : [leftLock(lock)];
  const branch = await checkedOutBranch(gitDir);

  const problems: Problem[] = [];
  for (const path of (await taskPaths(repository, folder)).sort()) {
    if (!committed.has(path)) {
      problems.push({
        where: path,
        message: `is not committed on ${base}: commit it first, then it can start`,
      });
    } else if (branch === base && (await isEdited(join(repository, path), committed.get(path) ?? null))) {
      problems.push({
        where: path,
        message: 'has edits that are not committed: they count when you commit them',
      });
    }
  }
  return problems;
}

/** Null where there is no checkout. */
async function gitDirOf(repository: string): Promise<string | null> {
  const git = join(repository, '.git');
  const info = await stat(git).catch(() => null);
  if (info === null) return null;
  const pointer = info.isDirectory() ? null : /^gitdir: (.+)$/m.exec(await readText(git));
  return info.isDirectory() ? git : resolve(repository, pointer?.[1] ?? '.git');
}

function leftLock(lock: string): Problem {
  const message =
    'has been in the way for minutes: edits that are not committed cannot be told of, and nothing lands in this ' +
    'checkout. If no git works there, one that died has left it: remove the file, and look at git status';
  return { where: lock, message };
}

/** The branch of a checkout, '' for a detached head. */
async function checkedOutBranch(gitDir: string): Promise<string> {
  const head = await readText(join(gitDir, 'HEAD'));
  return /^ref: refs\/heads\/(.+)$/m.exec(head)?.[1] ?? '';
}

async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}

/** Paths relative to the repository; links are not followed. */
async function taskPaths(repository: string, folder: string): Promise<string[]> {
  const found: string[] = [];
  const open = [folder];
  for (let next = open.pop(); next !== undefined && found.length < mostFiles; next = open.pop()) {
    const entries = await readdir(join(repository, next), { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = posix.join(next, entry.name);
      if (entry.isDirectory()) open.push(path);
      else if (entry.isFile() && isTaskPath(path)) found.push(path);
    }
  }
  return found.slice(0, mostFiles);
}

async function isEdited(file: string, committed: string | null): Promise<boolean> {
  const info = await stat(file).catch(() => null);
  if (info === null || committed === null || info.size > longestFileBytes) return false;
  return withoutCarriageReturns(await readText(file)) !== withoutCarriageReturns(committed);
}

/** git may have changed the line ends at checkout. */
function withoutCarriageReturns(text: string): string {
  return text.replaceAll('\r\n', '\n');
}
