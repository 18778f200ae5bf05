import { commitTree } from './commit-tree.js';
import type { Merged } from './merge-trees.js';
import { mergeTrees } from './merge-trees.js';
import { treeOf } from './objects.js';

/** A commit, and the one that it is a change to. */
export interface Change {
  sha: string;
  parent: string;
}

/**
 * Applies one change to `tip`. Git takes the newest common ancestor as the base of a merge, so a
 * stand-in for `tip` is made whose parent is the commit that the change is made to.
 */
export async function pick(gitDir: string, { sha, parent }: Change, tip: string): Promise<Merged> {
  if (tip === parent) return { kind: 'clean', tree: await treeOf(gitDir, sha) };
  const standIn = await commitTree({
    gitDir,
    tree: await treeOf(gitDir, tip),
    parents: [parent],
    message: 'stand-in\n',
    author: 'Continuo <continuo@localhost>',
    authoredAt: 0,
    committedAt: 0,
  });
  return mergeTrees(gitDir, standIn, sha);
}
