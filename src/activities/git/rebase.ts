import type { Config } from '../../config/config.js';
import type { LandingEntry } from '../../domain/landing.js';
import type { RebaseOutcome, StackTop } from '../../workflows/ports.js';
import type { HostDeps } from '../host.js';
import { readAuthors, readCommit } from './commit-facts.js';
import { commitTree } from './commit-tree.js';
import { conflictHunks } from './conflict-hunks.js';
import { hostGitOf, offerToWorkspace } from './entry-workspace.js';
import { checkpointPattern, landingRef } from './keys.js';
import { findLanded } from './landed.js';
import type { FileEdit, TreeReader } from './landing-edits.js';
import { editTree, treeReader } from './landing-edits.js';
import type { Merged } from './merge-trees.js';
import { commitMessage, withChange } from './message.js';
import { openMirror } from './mirror.js';
import type { Mirror } from './mirror.js';
import { bringsBack, lostStart } from './moved-back.js';
import { treeOf } from './objects.js';
import { pushRefs } from './push.js';
import { replay } from './replay.js';
import { RepositoryError } from './repository-error.js';
import type { Joining } from './take-in-base.js';
import { mergeWork } from './take-in-base.js';
import { runGit } from './git.js';

/** Edits that the tracker wants in the commit that lands an issue. */
export type LandingEdits = (config: Config, entry: LandingEntry, tree: TreeReader) => Promise<FileEdit[]>;

export interface Rebase {
  deps: HostDeps;
  config: Config;
  repository: NonNullable<Config['repository']>;
  entry: LandingEntry;
  /** The candidate that this one is put on; null for the base itself. */
  onto: StackTop | null;
  landingEdits: LandingEdits;
  signal: AbortSignal;
}

/** A rebase at work. */
interface Work extends Rebase, Joining {
  mirror: Mirror;
}

/**
 * Makes the commit that would be the base's new head, or that would follow the top of a stack, in the mirror
 * alone, and keeps it under the task's landing ref. The same entry and base give the same commit, because
 * names, dates and text come from them. A conflict with the base is put into the files of the workspace,
 * for the agent to solve.
 */
export async function rebaseEntry(rebase: Rebase): Promise<RebaseOutcome> {
  const { deps, config, entry, onto, signal } = rebase;
  const mirror = await openMirror({ paths: deps.paths, config });
  const head = { sha: entry.sha, refs: checkpointPattern(entry.project, entry.identifier) };
  const top = onto && { sha: onto.sha, refs: landingRef(onto.project, onto.identifier) };
  const tip = top === null ? await fetchBase(mirror, entry, signal) : top.sha;
  for (const needed of [head, ...(top === null ? [] : [top])]) {
    if (await bring(mirror, needed, signal)) continue;
    return {
      kind: 'failed',
      message: `no ${needed.refs} of ${mirror.url} has ${needed.sha} any more`,
    };
  }

  const { gitDir } = mirror;
  const landed = await findLanded(gitDir, entry, onto?.baseSha ?? tip);
  if (landed !== null) return { kind: 'landed', candidate: landed };
  const start = await lostStart(gitDir, { entry, workspace: hostGitOf(rebase), tip });
  if (start !== null) deps.log.warn('the base was moved back', { base: entry.base, start, tip });
  const work = { ...rebase, mirror, gitDir, tip, start };
  return entry.strategy === 'rebase' ? landReplayed(work) : landMerged(work);
}

async function fetchBase(mirror: Mirror, { base }: LandingEntry, signal: AbortSignal): Promise<string> {
  await mirror.fetch(signal);
  const tip = await mirror.resolve(base);
  if (tip === null) throw new RepositoryError('no_base', `there is no branch ${base} in ${mirror.url}`);
  return tip;
}

/** It may have been made on another host. False when the repository does not have it any more. */
async function bring(
  mirror: Mirror,
  { sha, refs }: { sha: string; refs: string },
  signal: AbortSignal,
): Promise<boolean> {
  if ((await mirror.resolve(sha)) !== null) return true;
  return (await mirror.fetchRefs(refs, signal)) && (await mirror.resolve(sha)) !== null;
}

/** One commit, with the checkpoint as a second parent where history is to be kept. */
async function landMerged(work: Work): Promise<RebaseOutcome> {
  const { gitDir, entry, repository, tip, start } = work;
  const merged = await mergeWork(work);
  if (merged.kind === 'conflict') return conflict(work, merged);
  const tree = await withEdits(work, merged.tree);
  if (tree === (await treeOf(gitDir, tip))) return { kind: 'empty', baseSha: tip };

  const [head, base] = await Promise.all([readCommit(gitDir, entry.sha), readCommit(gitDir, tip)]);
  const { project, identifier, session, sha: change, strategy } = entry;
  const keepsHistory = strategy === 'merge' && !(await bringsBack(gitDir, entry, tip));
  const authors = keepsHistory ? [] : await readAuthors(gitDir, [tip, start ?? tip], change);
  return publish(
    work,
    await commitTree({
      gitDir,
      tree,
      parents: keepsHistory ? [tip, change] : [tip],
      message: commitMessage(`${oneLine(entry.title)}\n\nTask ${identifier} of ${project}.`, {
        project,
        identifier,
        session,
        change,
        coAuthors: authors.filter((author) => author !== repository.author),
      }),
      author: repository.author,
      authoredAt: head.authoredAt,
      committedAt: Math.max(head.committedAt, base.committedAt),
    }),
  );
}

/** Each checkpoint by itself; the last one brings the tracker's edits. */
async function landReplayed(work: Work): Promise<RebaseOutcome> {
  const { gitDir, entry, repository, tip, start } = work;
  const agent = repository.author;
  const replayed = await replay({ gitDir, head: entry.sha, onto: tip, start, agent });
  if (replayed.kind === 'conflict') return conflict(work, await mergeWork(work), replayed.files);
  // Only the tracker's edits may be left.
  if ((await treeOf(gitDir, replayed.tip)) === (await treeOf(gitDir, tip))) return landMerged(work);
  const top = await readCommit(gitDir, replayed.tip);
  return publish(
    work,
    await commitTree({
      ...top,
      gitDir,
      tree: await withEdits(work, top.tree),
      message: withChange(top.message, entry.sha),
    }),
  );
}

async function withEdits({ config, entry, gitDir, landingEdits }: Work, tree: string): Promise<string> {
  if (entry.source !== 'tracker') return tree;
  return editTree(gitDir, tree, await landingEdits(config, entry, treeReader(gitDir, tree)));
}

async function publish(
  { mirror, gitDir, entry, tip, deps, signal }: Work,
  sha: string,
): Promise<RebaseOutcome> {
  const ref = landingRef(entry.project, entry.identifier);
  await runGit(['update-ref', ref, sha], { gitDir });
  const pushed = await pushRefs({ gitDir, remote: mirror.remote, refspecs: [`+${sha}:${ref}`], signal });
  // Only another host would need it there.
  if (pushed.kind === 'refused') deps.log.warn('landing ref was refused', { ref, reason: pushed.reason });
  return { kind: 'ready', candidate: { sha, baseSha: tip } };
}

/** The agent finds a conflict with the base in its files, as a merge of its own would leave it. */
async function conflict(work: Work, merged: Merged, files = conflictFiles(merged)): Promise<RebaseOutcome> {
  const { entry, onto, tip, gitDir } = work;
  if (onto !== null) return { kind: 'conflict', baseSha: tip, files };
  await offerToWorkspace(work, { tree: merged.tree, baseSha: tip, files });
  const hunks = await conflictHunks({ gitDir, base: tip, work: entry.sha, merged: merged.tree, files });
  return { kind: 'conflict', baseSha: tip, files, hunks };
}

function conflictFiles(merged: Merged): string[] {
  return merged.kind === 'conflict' ? merged.files : [];
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
