import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runGit } from '../../git/git.js';

/** What git writes into a working tree's git directory while something is under way there. */
const underWay = [
  ['rebase-merge', 'a rebase'],
  ['rebase-apply', 'a rebase'],
  ['MERGE_HEAD', 'a merge'],
  ['CHERRY_PICK_HEAD', 'a cherry-pick'],
  ['REVERT_HEAD', 'a revert'],
  ['BISECT_LOG', 'a bisection'],
] as const;

/** A folder in which a person works, and its own git directory. */
export interface WorkingTree {
  path: string;
  gitDir: string;
}

/** Those that concern a branch: it is checked out there, or something that will go back to it is under way. */
export interface BranchTrees {
  checkedOut: WorkingTree[];
  /** With what it is, in words. */
  busy: { path: string; activity: string }[];
}

/** Looks at the repository itself, when it is not bare, and at its linked working trees. */
export async function findTrees(repository: string, ref: string, signal?: AbortSignal): Promise<BranchTrees> {
  const found: BranchTrees = { checkedOut: [], busy: [] };
  for (const { path, branch } of await listTrees(repository, signal)) {
    const args = ['rev-parse', '--absolute-git-dir'];
    const gitDir = (await runGit(args, { cwd: path, trusted: true, signal })).trim();
    const activity = await findActivity(gitDir, branch, ref);
    if (activity !== null) found.busy.push({ path, activity });
    if (branch === ref) found.checkedOut.push({ path, gitDir });
  }
  return found;
}

interface Listed {
  path: string;
  /** Null for a detached head. */
  branch: string | null;
}

async function listTrees(repository: string, signal?: AbortSignal): Promise<Listed[]> {
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

/** A rebase or bisection of the branch has a detached head; the others have the branch checked out. */
async function findActivity(gitDir: string, branch: string | null, ref: string): Promise<string | null> {
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
