import { existsSync } from 'node:fs';
import type { RestoreOutcome } from '../../workflows/ports.js';
import { forgetMerge } from './base-merge.js';
import type { Checkpoint } from './checkpoint.js';
import { makeCheckpoint } from './checkpoint.js';
import { runGit } from './git.js';
import type { HostGit } from './host-git.js';
import { openHostGit } from './host-git.js';
import type { Merged } from './merge-trees.js';
import { mergeTrees } from './merge-trees.js';
import { isAncestor, resolveCommit, treeOf } from './objects.js';
import { removeStaleLocks } from './stale-locks.js';
import { WorkspaceError, requireWorkspace } from './workspace-path.js';

export interface Restore extends Checkpoint {
  /** An earlier checkpoint; null stands for the base. */
  sha: string | null;
}

/**
 * Puts the files of a workspace to the tree of an earlier checkpoint, and makes that the next checkpoint.
 * What the work has taken in of a newer base since stays in it: otherwise landing would take back what
 * others have landed. Files that git ignores stay as they are. A merge that was offered is dropped with the
 * files that it was in. What is in the files is overwritten, so it has to be saved before.
 */
export async function restoreCheckpoint(restore: Restore): Promise<RestoreOutcome> {
  const { input, sha, signal } = restore;
  await requireWorkspace(input.workspace.path);
  const host = openHostGit(input.workspace);
  if (!existsSync(host.gitDir)) throw new WorkspaceError(`${host.gitDir} is gone: the work cannot be saved`);
  await removeStaleLocks(host.gitDir, { signal });

  const baseSha = (await host.refs()).get('base') ?? input.workspace.baseSha;
  if (sha !== null && (await resolveCommit(host.gitDir, sha)) === null) {
    return { kind: 'lost', message: `the checkpoint ${sha.slice(0, 12)} is not on this host any more` };
  }
  const wanted = await treeOn(host, baseSha, sha);
  await runGit(['read-tree', '--reset', '-u', wanted.tree], { ...host, signal });
  await forgetMerge(input.workspace);
  const checkpoint = await makeCheckpoint(restore);
  return { kind: 'restored', checkpoint, baseSha, conflicts: wanted.kind === 'conflict' ? wanted.files : [] };
}

/** The tree of a checkpoint, together with a base that was taken in later. */
async function treeOn({ gitDir }: HostGit, baseSha: string, sha: string | null): Promise<Merged> {
  if (sha === null) return { kind: 'clean', tree: await treeOf(gitDir, baseSha) };
  if (await isAncestor(gitDir, baseSha, sha)) return { kind: 'clean', tree: await treeOf(gitDir, sha) };
  return mergeTrees(gitDir, baseSha, sha);
}
