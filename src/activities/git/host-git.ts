import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createHostGit } from './checkout.js';
import { runGit } from './git.js';

/** Refs of the host's own git directory for a workspace. Nobody else sees them. */
export interface HostRefs {
  /** The commit that the work is compared with: where it started, or a newer base that it took in. */
  base?: string;
  /** The last checkpoint that holds no secret. */
  head?: string;
  /** The last checkpoint that is in the user's repository. */
  pushed?: string;
  /** Work with secrets in it: never pushed, never the parent of a checkpoint. */
  secrets?: string;
}

/**
 * The host's own git directory for a workspace, in the run directory. The `.git` in the workspace
 * belongs to the agent, and is not read.
 */
export interface HostGit {
  readonly gitDir: string;
  readonly workTree: string;
  /** The commits of the refs that are set. */
  refs(): Promise<ReadonlyMap<string, string>>;
  /** Sets all of the refs, or none. */
  set(refs: HostRefs): Promise<void>;
}

/** Full name of such a ref. */
export function refName(ref: string): string {
  return `refs/continuo/${ref}`;
}

export function hostGitDir(runPath: string): string {
  return join(runPath, 'host.git');
}

export function openHostGit({ path, runPath }: { path: string; runPath: string }): HostGit {
  const gitDir = hostGitDir(runPath);
  return {
    gitDir,
    workTree: path,
    async refs() {
      const args = ['for-each-ref', '--format=%(refname:lstrip=2) %(objectname)', refName('')];
      const lines = (await runGit(args, { gitDir })).split('\n');
      return new Map(
        lines.flatMap((line) => {
          const [name, commit] = line.split(' ');
          return name === undefined || commit === undefined ? [] : [[name, commit]];
        }),
      );
    },
    async set(refs) {
      const lines = Object.entries(refs).map(([ref, commit]) => `update ${refName(ref)} ${commit}\n`);
      await runGit(['update-ref', '--stdin'], { gitDir, input: lines.join('') });
    },
  };
}

/** Makes the git directory anew for a workspace that has lost it: its files are compared with `commit`. */
export async function restoreHostGit(mirrorGitDir: string, gitDir: string, commit: string): Promise<void> {
  if (existsSync(gitDir)) return;
  await createHostGit(mirrorGitDir, gitDir);
  await runGit(['read-tree', commit], { gitDir });
}
