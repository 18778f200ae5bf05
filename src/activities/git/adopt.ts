import type { AdoptOutcome } from '../../workflows/change-port.js';
import { forgetMerge } from './base-merge.js';
import type { Checkpoint } from './checkpoint.js';
import { makeCheckpoint } from './checkpoint.js';
import { commitTree } from './commit-tree.js';
import { namesOf, runGit } from './git.js';
import type { HostGit } from './host-git.js';
import { openHostGit } from './host-git.js';
import type { Merged } from './merge-trees.js';
import { mergeTrees } from './merge-trees.js';
import { commitMessage } from './message.js';
import type { Mirror } from './mirror.js';
import { openMirror } from './mirror.js';
import { isAncestor, mergeBase, resolveCommit, treeOf } from './objects.js';
import { listRemoteRefs } from './remote-refs.js';
import { RepositoryError } from './repository-error.js';

/** More names than this would not be read, and have to fit into a payload. */
const mostFiles = 50;

export interface Adopt extends Checkpoint {
  /** What is on the task's branch now. */
  sha: string;
  branch: string;
  /** What was there before. */
  from: string;
}

/**
 * Brings commits that a person has put on the task's branch into the workspace and its checkpoints. What the agent has
 * done since is saved before, and joined with them: with marks where the two do not fit. A commit that is in the
 * checkpoints already changes nothing. Where the branch was moved again and the commit is gone, what is there now counts.
 * Throws `RepositoryError` where there is no such branch any more.
 */
export async function adoptCommits(adopt: Adopt): Promise<AdoptOutcome> {
  const { deps, config, repository, input, from, signal } = adopt;
  await makeCheckpoint(adopt);
  const host = openHostGit(input.workspace);
  const mirror = await openMirror({ paths: deps.paths, config });
  await mirror.fetch(signal);
  const sha = await bring(adopt, mirror, host);

  const refs = await host.refs();
  const head = refs.get('head') ?? refs.get('base') ?? input.workspace.baseSha;
  const joined = await join(host.gitDir, head, sha);
  if (joined !== null) {
    const isLater = await isAncestor(host.gitDir, head, sha);
    const next = isLater
      ? sha
      : await commitTree({
          gitDir: host.gitDir,
          tree: joined.tree,
          parents: [head, sha],
          message: commitMessage(input.message, { ...input, session: null }),
          author: repository.author,
        });
    await runGit(['read-tree', '--reset', '-u', joined.tree], { ...host, signal });
    await forgetMerge(input.workspace);
    await host.set({ head: next });
  }
  const baseSha = await takeInTheirBase(host, mirror, refs.get('base') ?? input.workspace.baseSha);
  const checkpoint = await makeCheckpoint(adopt);
  const names = ['diff-tree', '-r', '-z', '--no-renames', '--name-only', from, sha];
  return {
    sha,
    checkpoint,
    baseSha,
    files: namesOf(await runGit(names, { gitDir: host.gitDir })).slice(0, mostFiles),
    conflicts: joined?.kind === 'conflict' ? joined.files : [],
    by: (await runGit(['log', '-1', '--format=%an', sha], { gitDir: host.gitDir })).trim(),
  };
}

/** Brings what was seen on the branch, or else what is on it now. */
async function bring({ sha, branch, signal }: Adopt, mirror: Mirror, { gitDir }: HostGit): Promise<string> {
  const ref = `refs/heads/${branch}`;
  await mirror.fetchRefs(ref, signal);
  if ((await resolveCommit(gitDir, sha)) !== null) return sha;
  const now = (await listRemoteRefs(mirror.remote, ref, signal)).get(ref) ?? null;
  if (now !== null && (await resolveCommit(gitDir, now)) !== null) return now;
  const message = `${branch} has been moved again, and ${sha.slice(0, 12)} is gone`;
  throw new RepositoryError('unreachable', message);
}

/** A person may have put a newer base on the branch too: then the work is compared with that one. */
async function takeInTheirBase(host: HostGit, mirror: Mirror, before: string): Promise<string> {
  const { gitDir } = host;
  const head = (await host.refs()).get('head') ?? before;
  const tip = await mirror.resolve(mirror.base);
  const newest = tip === null ? null : await mergeBase(gitDir, head, tip);
  if (newest === null || newest === before || !(await isAncestor(gitDir, before, newest))) return before;
  await host.set({ base: newest });
  return newest;
}

/** Null where the checkpoint has it already. */
async function join(gitDir: string, head: string, sha: string): Promise<Merged | null> {
  if (await isAncestor(gitDir, sha, head)) return null;
  if (await isAncestor(gitDir, head, sha)) return { kind: 'clean', tree: await treeOf(gitDir, sha) };
  return mergeTrees(gitDir, head, sha);
}
