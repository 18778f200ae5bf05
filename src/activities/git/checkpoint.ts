import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config/config.js';
import type { CheckpointInput, CheckpointOutcome } from '../../workflows/ports.js';
import type { HostDeps } from '../host.js';
import type { BaseMerge } from './base-merge.js';
import { forgetMerge, readMerge, unsolvedFiles } from './base-merge.js';
import { listChanges } from './changes.js';
import type { FileChange } from './changes.js';
import { commitTree } from './commit-tree.js';
import { namesOf, runGit } from './git.js';
import type { HostGit } from './host-git.js';
import { openHostGit, refName } from './host-git.js';
import { mergeTrees } from './merge-trees.js';
import { commitMessage } from './message.js';
import { openMirror } from './mirror.js';
import type { Mirror } from './mirror.js';
import { treeOf } from './objects.js';
import { pushRefs } from './push.js';
import { assessRisks } from './risk.js';
import { findSecrets, hasSecret } from './secrets.js';
import { stageWorkTree } from './stage.js';
import { removeStaleLocks } from './stale-locks.js';
import { listNames } from './list-names.js';
import { WorkspaceError, requireWorkspace } from './workspace-path.js';

/** More names than this would not be read, and have to fit into a payload. */
const mostFiles = 50;

export interface Checkpoint {
  deps: HostDeps;
  config: Config;
  repository: NonNullable<Config['repository']>;
  input: CheckpointInput;
  signal: AbortSignal;
}

/** A checkpoint at work: where it is made, and from what. */
interface Work extends Checkpoint {
  host: HostGit;
  mirror: Mirror;
  /** The commit that the work is compared with. */
  base: string;
  /** The last checkpoint. */
  head: string | null;
  /** Whether the last checkpoint is in the user's repository. */
  isPushed: boolean;
  tree: string;
  changes: FileChange[];
  notes: string[];
}

/**
 * Saves the files of a workspace as a commit on the task's ref, in the mirror and in the user's
 * repository. Work with a secret in it stays on this host. The tree is the key: the same files give
 * the checkpoint that is there, pushed if it was not.
 */
export async function makeCheckpoint(checkpoint: Checkpoint): Promise<CheckpointOutcome> {
  const work = await begin(checkpoint);
  const { host, head, base, tree } = work;
  if (tree === (await treeOf(host.gitDir, head ?? base))) return keep(work);

  const { places, skipped } = await findSecrets(host.gitDir, work.changes);
  if (places.length > 0) {
    await host.set({ secrets: await commit(work, head ?? base, null) });
    return { kind: 'secrets', places };
  }
  if (skipped.length > 0)
    work.notes.push(`not searched for secrets, because of more than 1 MiB: ${listNames(skipped)}`);
  return save(work);
}

async function begin(checkpoint: Checkpoint): Promise<Work> {
  const { deps, config, input, signal } = checkpoint;
  await requireWorkspace(input.workspace.path);
  const host = openHostGit(input.workspace);
  if (!existsSync(host.gitDir)) throw new WorkspaceError(`${host.gitDir} is gone: the work cannot be saved`);
  await removeStaleLocks(host.gitDir, { signal });
  const mirror = await openMirror({ paths: deps.paths, config });
  const refs = await host.refs();
  const base = refs.get('base') ?? input.workspace.baseSha;
  const head = refs.get('head') ?? null;
  const { tree, notes } = await stageWorkTree(host, signal);
  const changes = await listChanges(host.gitDir, base, tree);
  const isPushed = head !== null && refs.get('pushed') === head;
  return { ...checkpoint, host, mirror, base, head, isPushed, tree, changes, notes };
}

/** The files are those of the last checkpoint. */
async function keep(work: Work): Promise<CheckpointOutcome> {
  const { head, isPushed } = work;
  if (head !== null && !isPushed) await publish(work, head);
  return { kind: 'unchanged', sha: head, risks: await describe(work), notes: work.notes, ...emptiness(work) };
}

async function save(work: Work): Promise<CheckpointOutcome> {
  const { host, input, tree, notes } = work;
  const merge = await openMerge(work);
  const unsolved = merge === null ? [] : await unsolvedFiles(host, tree, merge);
  if (unsolved.length > 0) notes.push(`marks of a conflict with the base are left in ${listNames(unsolved)}`);
  const solved = unsolved.length === 0 ? merge : null;

  const parent = work.head ?? work.base;
  const files = await changedFiles(host, parent, tree);
  const sha = await commit(work, parent, solved);
  await host.set({ head: sha, ...(solved && { base: solved.baseSha }) });
  if (solved !== null) {
    await forgetMerge(input.workspace);
    work.base = solved.baseSha;
    work.changes = await listChanges(host.gitDir, solved.baseSha, tree);
  }
  await publish(work, sha);
  const isBaseOnly = solved !== null && (await isMergeOf(host, tree, [solved.baseSha, parent]));
  const risks = await describe(work);
  const more = { ...emptiness(work), ...(isBaseOnly && { isBaseOnly }) };
  return { kind: 'committed', sha, files, risks, notes, ...more };
}

/** Whether a tree is what git makes of two commits by itself: something may have changed the files meanwhile. */
async function isMergeOf(
  { gitDir }: HostGit,
  tree: string,
  [ours, theirs]: [string, string],
): Promise<boolean> {
  const merged = await mergeTrees(gitDir, ours, theirs);
  return merged.kind === 'clean' && merged.tree === tree;
}

/** Whether there is nothing to land: the work is what the base has, also after work was taken back. */
function emptiness({ changes }: Work): { isEmpty?: true } {
  return changes.length === 0 ? { isEmpty: true } : {};
}

/** The first files that this checkpoint changes. */
async function changedFiles({ gitDir }: HostGit, before: string, tree: string): Promise<string[]> {
  const args = ['diff-tree', '-r', '-z', '--no-renames', '--name-only', before, tree];
  return namesOf(await runGit(args, { gitDir })).slice(0, mostFiles);
}

/** The merge that the agent was to solve, unless a checkpoint has taken it in already. */
async function openMerge({ input, base }: Work): Promise<BaseMerge | null> {
  const merge = await readMerge(input.workspace);
  return merge?.baseSha === base ? null : merge;
}

async function commit(work: Work, parent: string, merge: BaseMerge | null): Promise<string> {
  const { host, repository, input, tree } = work;
  const { project, identifier, session } = input;
  const written = commitMessage(input.message, { project, identifier, session });
  // Agents sum up in their own words what they did, also with what secret.
  const message = (await hasSecret(written))
    ? commitMessage(`Work on ${identifier}`, { project, identifier, session })
    : written;
  return commitTree({
    gitDir: host.gitDir,
    tree,
    parents: merge === null ? [parent] : [parent, merge.baseSha],
    message,
    author: input.author ?? repository.author,
  });
}

/** Brings a checkpoint into the mirror, where verification and landing find it, and to the user's repository. */
async function publish(work: Work, sha: string): Promise<void> {
  const { deps, host, mirror, input, notes, signal } = work;
  const { ref } = input.workspace;
  await mirror.withLock(() =>
    runGit(
      [
        'fetch',
        '--quiet',
        '--no-tags',
        '--no-write-fetch-head',
        '--',
        host.gitDir,
        `+${refName('head')}:${ref}`,
      ],
      { gitDir: mirror.gitDir, signal },
    ),
  );
  const refspecs = [`+${sha}:${ref}`];
  const pushed = await pushRefs({ gitDir: mirror.gitDir, remote: mirror.remote, refspecs, signal });
  if (pushed.kind === 'refused') {
    // The work is safe on this host, and what lands goes to a branch.
    notes.push(`${mirror.url} does not take the checkpoint: ${pushed.reason}`);
    deps.log.warn('checkpoint was refused', { ref, reason: pushed.reason });
    return;
  }
  await host.set({ pushed: sha });
}

/** Writes the patch for people, and lists the risks. */
async function describe(work: Work): Promise<Awaited<ReturnType<typeof assessRisks>>> {
  const { host, config, input, base, tree, changes } = work;
  const file = join(input.workspace.runPath, 'diff.patch');
  const draft = `${file}.draft`;
  await runGit(
    [
      'diff-tree',
      '-p',
      '--binary',
      '--find-renames',
      '--no-ext-diff',
      '--no-textconv',
      '--no-color',
      `--output=${draft}`,
      base,
      tree,
    ],
    host,
  );
  await rename(draft, file);
  return assessRisks({ gitDir: host.gitDir, config, changes, scope: input.scope });
}
