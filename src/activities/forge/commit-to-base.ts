import type { Config } from '../../config/config.js';
import { readCommit } from '../git/commit-facts.js';
import { commitTree } from '../git/commit-tree.js';
import { editTree, treeReader } from '../git/landing-edits.js';
import type { FileEdit, TreeReader } from '../git/landing-edits.js';
import { commitMessage } from '../git/message.js';
import { openMirror } from '../git/mirror.js';
import { RepositoryError } from '../git/repository-error.js';
import type { HostDeps } from '../host.js';
import { openForge } from './registry.js';

/** A commit on the base that is no task's work, such as the new state of an issue. */
export interface BaseCommit {
  deps: Pick<HostDeps, 'paths' | 'log'>;
  config: Config;
  project: string;
  identifier: string;
  message: string;
  /** What is to be changed in the tree as it is by then; nothing where it needs no change. */
  edits: (tree: TreeReader) => Promise<FileEdit[]>;
  signal: AbortSignal;
}

export type BaseCommitOutcome = { kind: 'committed' | 'unchanged' } | { kind: 'blocked'; message: string };

/** A base that moves more often than this meanwhile is left to a person. */
const mostTries = 10;

/**
 * Makes a small commit on the base by the forge's own way: compare-and-swap, and in a checkout of the base
 * only where nothing of a person's is in the way. The edits are the key: where there are none, nothing is done.
 */
export async function commitToBase(commit: BaseCommit): Promise<BaseCommitOutcome> {
  const { deps, config, project, identifier, signal } = commit;
  const mirror = await openMirror({ paths: deps.paths, config });
  const { base, url } = mirror;
  const forge = openForge(config, deps);
  for (let tries = 0; tries < mostTries; tries += 1) {
    await mirror.fetch(signal);
    const tip = await mirror.resolve(base);
    if (tip === null) throw new RepositoryError('no_base', `there is no branch ${base} in ${url}`);
    const sha = await makeCommit(commit, mirror.gitDir, tip);
    if (sha === null) return { kind: 'unchanged' };
    const entry = { project, identifier, base };
    const merged = await forge.merge({ entry, candidate: { sha, baseSha: tip }, signal });
    if (merged.kind === 'merged') return { kind: 'committed' };
    if (merged.kind === 'blocked') return { kind: 'blocked', message: `${merged.message}.` };
  }
  return { kind: 'blocked', message: `${base} moved ${mostTries} times meanwhile.` };
}

/** Null where there is nothing to change. The same edits on the same base give the same commit. */
async function makeCommit(
  { config, project, identifier, message, edits }: BaseCommit,
  gitDir: string,
  tip: string,
): Promise<string | null> {
  const { tree, committedAt } = await readCommit(gitDir, tip);
  const edited = await editTree(gitDir, tree, await edits(treeReader(gitDir, tree)));
  if (edited === tree) return null;
  return commitTree({
    gitDir,
    tree: edited,
    parents: [tip],
    message: commitMessage(message, { project, identifier, session: null }),
    author: config.repository?.author ?? '',
    authoredAt: committedAt,
    committedAt,
  });
}
