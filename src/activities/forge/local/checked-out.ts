import { existsSync } from 'node:fs';
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listChanges } from '../../git/changes.js';
import type { FileChange } from '../../git/changes.js';
import { namesOf, runGit } from '../../git/git.js';
import { listNames } from '../../git/list-names.js';
import type { Landing } from '../forge.js';

/** What git writes into a working tree's git directory while something is under way there. */
const underWay = [
  ['rebase-merge', 'a rebase'],
  ['rebase-apply', 'a rebase'],
  ['MERGE_HEAD', 'a merge'],
  ['CHERRY_PICK_HEAD', 'a cherry-pick'],
  ['REVERT_HEAD', 'a revert'],
  ['BISECT_LOG', 'a bisection'],
] as const;

interface WorkingTree {
  path: string;
  /** Null for a detached head. */
  branch: string | null;
}

/**
 * Why the base of a repository on this host cannot move now, in words with what to do, or null. Where
 * the base is checked out, in the repository itself or in a linked working tree, its files
 * move with it; so they must be as they were committed, and nothing may stand where new files go.
 */
export async function findObstacle(
  repository: string,
  mirrorGitDir: string,
  landing: Landing,
): Promise<string | null> {
  const { entry, signal } = landing;
  for (const tree of await workingTrees(repository, signal)) {
    const obstacle = await obstacleIn(tree, mirrorGitDir, landing);
    if (obstacle !== null)
      return `${entry.base} is checked out in ${tree.path}: ${obstacle}, then continuo retry ${entry.identifier}.`;
  }
  return null;
}

async function obstacleIn(tree: WorkingTree, gitDir: string, landing: Landing): Promise<string | null> {
  const ref = `refs/heads/${landing.entry.base}`;
  const activity = await findActivity(tree, ref);
  if (activity !== null) return `${activity} is under way there; finish it`;
  if (tree.branch !== ref) return null;

  const changed = await changedFiles(tree.path, landing.signal);
  if (changed.length > 0) return `${listNames(changed)} changed there; commit or stash that`;
  const { candidate } = landing;
  const changes = await listChanges(gitDir, candidate.baseSha, candidate.sha);
  const inTheWay = await findInTheWay(tree.path, changes);
  return inTheWay.length === 0
    ? null
    : `${listNames(inTheWay)} would be overwritten and not committed; move that away`;
}

/** Those of a repository that is not bare, and linked ones. */
async function workingTrees(repository: string, signal?: AbortSignal): Promise<WorkingTree[]> {
  const args = ['worktree', 'list', '--porcelain', '-z'];
  const output = await runGit(args, { cwd: repository, trusted: true, signal });
  return output.split('\0\0').flatMap((block) => {
    const lines = block.split('\0');
    const valueOf = (key: string) => lines.find((line) => line.startsWith(`${key} `))?.slice(key.length + 1);
    const path = valueOf('worktree');
    const isUsable = path !== undefined && !lines.includes('bare') && existsSync(path);
    return isUsable ? [{ path, branch: valueOf('branch') ?? null }] : [];
  });
}

/** A rebase or bisection of the base has a detached head; the others have the base checked out. */
async function findActivity({ path, branch }: WorkingTree, ref: string): Promise<string | null> {
  const gitDir = (await runGit(['rev-parse', '--absolute-git-dir'], { cwd: path, trusted: true })).trim();
  for (const [name, words] of underWay) {
    if (!existsSync(join(gitDir, name))) continue;
    if (branch === ref || (branch === null && (await startedFrom(gitDir, name)) === ref)) return words;
  }
  return null;
}

/** The branch that a rebase or bisection will go back to. */
async function startedFrom(gitDir: string, name: string): Promise<string | null> {
  const [file, prefix] =
    name === 'BISECT_LOG' ? ['BISECT_START', 'refs/heads/'] : [join(name, 'head-name'), ''];
  const text = await readFile(join(gitDir, file), 'utf8').catch(() => null);
  return text === null ? null : prefix + text.trim();
}

/** Tracked files that differ from the last commit. */
async function changedFiles(path: string, signal?: AbortSignal): Promise<string[]> {
  const args = [
    'status',
    '--porcelain=v1',
    '-z',
    '--untracked-files=no',
    '--ignore-submodules=all',
    '--no-renames',
  ];
  const lines = namesOf(await runGit(args, { cwd: path, trusted: true, signal }));
  return lines.map((line) => line.slice(3));
}

/** What is not committed, ignored files and links too, at the place of a new file or of a folder that it needs. */
async function findInTheWay(folder: string, changes: readonly FileChange[]): Promise<string[]> {
  const added = changes.filter(({ status }) => status === 'added').map(({ path }) => path);
  const leaving = new Set(changes.filter(({ status }) => status === 'deleted').map(({ path }) => path));
  const found = new Set<string>();
  for (const path of added) {
    const parts = path.split('/');
    for (let count = 1; count <= parts.length; count += 1) {
      const place = parts.slice(0, count).join('/');
      const info = await lstat(join(folder, place)).catch(() => null);
      if (info === null) break;
      if (info.isDirectory() && count < parts.length) continue;
      if (!leaving.has(place)) found.add(place);
      break;
    }
  }
  return [...found];
}
