import { GitError, tryGit } from './git.js';

/** The outcome of a three-way merge. The tree of a conflict has marks in its files. */
export type Merged = { kind: 'clean'; tree: string } | { kind: 'conflict'; tree: string; files: string[] };

/** Merges two commits without any work tree; no attribute or driver of theirs is run. */
export async function mergeTrees(gitDir: string, ours: string, theirs: string): Promise<Merged> {
  const args = ['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', ours, theirs];
  const { exitCode, stdout, stderr } = await tryGit(args, { gitDir });
  if (exitCode !== 0 && exitCode !== 1) throw new GitError(args, exitCode, stderr);
  const [tree = '', ...files] = stdout.toString('utf8').trim().split('\0');
  if (exitCode === 0) return { kind: 'clean', tree };
  return { kind: 'conflict', tree, files: [...new Set(files.filter((file) => file !== ''))] };
}
