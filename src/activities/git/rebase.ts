import { existsSync } from 'node:fs';
import type { Config } from '../../config/config.js';
import type { LandingEntry } from '../../domain/landing.js';
import type { RebaseOutcome } from '../../workflows/ports.js';
import type { HostDeps } from '../host.js';
import { offerMerge } from './base-merge.js';
import { readAuthors, readCommit } from './commit-facts.js';
import { commitTree } from './commit-tree.js';
import { hostGitDir, openHostGit } from './host-git.js';
import { checkpointRef, landingRef } from './keys.js';
import { findLanded } from './landed.js';
import type { FileEdit, TreeReader } from './landing-edits.js';
import { editTree, treeReader } from './landing-edits.js';
import type { Merged } from './merge-trees.js';
import { mergeTrees } from './merge-trees.js';
import { commitMessage, withChange } from './message.js';
import { openMirror } from './mirror.js';
import type { Mirror } from './mirror.js';
import { treeOf } from './objects.js';
import { pushRefs } from './push.js';
import { replay } from './replay.js';
import { RepositoryError } from './repository-error.js';
import { runGit } from './git.js';

/** Edits that the tracker wants in the commit that lands an issue. */
export type LandingEdits = (config: Config, entry: LandingEntry, tree: TreeReader) => Promise<FileEdit[]>;

export interface Rebase {
  deps: HostDeps;
  config: Config;
  repository: NonNullable<Config['repository']>;
  entry: LandingEntry;
  landingEdits: LandingEdits;
  signal: AbortSignal;
}

/** A rebase at work. */
interface Work extends Rebase {
  mirror: Mirror;
  gitDir: string;
  /** The head of the base. */
  tip: string;
}

/**
 * Makes the commit that would be the base's new head, in the mirror alone, and keeps it under the task's
 * landing ref. The same entry and base give the same commit, because names, dates and text come
 * from them. A conflict is put into the files of the workspace, for the agent to solve.
 */
export async function rebaseEntry(rebase: Rebase): Promise<RebaseOutcome> {
  const { deps, config, entry, signal } = rebase;
  const mirror = await openMirror({ paths: deps.paths, config });
  await mirror.fetch(signal);
  const tip = await mirror.resolve(entry.base);
  if (tip === null) throw new RepositoryError('no_base', `there is no branch ${entry.base} in ${mirror.url}`);
  const ref = checkpointRef(entry.project, entry.identifier);
  const isHere = async () => (await mirror.resolve(entry.sha)) !== null;
  if (!(await isHere()) && !((await mirror.fetchRef(ref, signal)) && (await isHere()))) {
    return { kind: 'failed', message: `${ref} of ${mirror.url} does not have ${entry.sha} any more` };
  }

  const work = { ...rebase, mirror, gitDir: mirror.gitDir, tip };
  const landed = await findLanded(work.gitDir, entry, tip);
  if (landed !== null) return { kind: 'landed', candidate: landed };
  return entry.strategy === 'rebase' ? landReplayed(work) : landMerged(work);
}

/** One commit, with the checkpoint as a second parent where history is to be kept. */
async function landMerged(work: Work): Promise<RebaseOutcome> {
  const { gitDir, entry, repository, tip } = work;
  const merged = await mergeTrees(gitDir, tip, entry.sha);
  if (merged.kind === 'conflict') return conflict(work, merged);
  if (merged.tree === (await treeOf(gitDir, tip))) return nothingToLand(entry);

  const [head, base] = await Promise.all([readCommit(gitDir, entry.sha), readCommit(gitDir, tip)]);
  const { project, identifier, session, sha: change, strategy } = entry;
  // A merge keeps the commits themselves.
  const authors = strategy === 'squash' ? await readAuthors(gitDir, tip, change) : [];
  return publish(
    work,
    await commitTree({
      gitDir,
      tree: await withEdits(work, merged.tree),
      parents: strategy === 'merge' ? [tip, change] : [tip],
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
  const { gitDir, entry, tip } = work;
  const replayed = await replay(gitDir, entry.sha, tip);
  if (replayed.kind === 'conflict')
    return conflict(work, await mergeTrees(gitDir, tip, entry.sha), replayed.files);
  if (replayed.last === null || (await treeOf(gitDir, replayed.tip)) === (await treeOf(gitDir, tip))) {
    return nothingToLand(entry);
  }
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
  const pushed = await pushRefs({ gitDir, url: mirror.url, refspecs: [`+${sha}:${ref}`], signal });
  // Only another host would need it there.
  if (pushed.kind === 'refused') deps.log.warn('landing ref was refused', { ref, reason: pushed.reason });
  return { kind: 'ready', candidate: { sha, baseSha: tip } };
}

/** The agent finds the conflict in its files, as a merge of its own would leave it. */
async function conflict(work: Work, merged: Merged, files = conflictFiles(merged)): Promise<RebaseOutcome> {
  const { deps, entry, tip } = work;
  const { workspace, sha } = entry;
  const host = openHostGit(workspace);
  const isHere = workspace.host === deps.host && existsSync(hostGitDir(workspace.runPath));
  if (isHere && existsSync(workspace.path) && (await host.refs()).get('head') === sha) {
    const offer = { head: sha, tree: merged.tree, baseSha: tip, files };
    const offered = await offerMerge(host, workspace, offer);
    if (!offered) deps.log.warn('workspace was changed since its checkpoint', { workspace: workspace.path });
  }
  return { kind: 'conflict', baseSha: tip, files };
}

function conflictFiles(merged: Merged): string[] {
  return merged.kind === 'conflict' ? merged.files : [];
}

function nothingToLand({ base, sha }: LandingEntry): RebaseOutcome {
  return {
    kind: 'failed',
    message: `there is nothing to land: ${base} has all of ${sha.slice(0, 12)} already`,
  };
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
