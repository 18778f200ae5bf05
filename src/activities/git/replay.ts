import type { CommitFacts } from './commit-facts.js';
import { readCommit } from './commit-facts.js';
import { commitTree } from './commit-tree.js';
import { runGit } from './git.js';
import type { Merged } from './merge-trees.js';
import { mergeTrees } from './merge-trees.js';
import { treeOf } from './objects.js';

/** One checkpoint, and the commit that it is a change to. */
interface Step {
  commit: CommitFacts;
  parent: string;
}

export type Replayed =
  { kind: 'clean'; tip: string; last: CommitFacts | null } | Extract<Merged, { kind: 'conflict' }>;

/**
 * Makes the checkpoints up to `head` anew on top of `onto`, oldest first, with their messages, authors and
 * dates. What changes nothing there is left out; `last` is the last one that does, null for none.
 */
export async function replay(gitDir: string, head: string, onto: string): Promise<Replayed> {
  let tip = onto;
  let last: CommitFacts | null = null;
  const floor = (await readCommit(gitDir, onto)).committedAt;
  for (const { commit, parent } of await stepsTo(gitDir, head, onto)) {
    const merged = await pick(gitDir, commit, parent, tip);
    if (merged.kind === 'conflict') return merged;
    if (merged.tree === (await treeOf(gitDir, tip))) continue;
    const { message, author, authoredAt } = commit;
    const committedAt = Math.max(floor, commit.committedAt);
    tip = await commitTree({
      gitDir,
      tree: merged.tree,
      parents: [tip],
      message,
      author,
      authoredAt,
      committedAt,
    });
    last = commit;
  }
  return { kind: 'clean', tip, last };
}

/** Everything up to a checkpoint that took a newer base in is one change to that base. */
async function stepsTo(gitDir: string, head: string, onto: string): Promise<Step[]> {
  const output = await runGit(['rev-list', '--first-parent', head, `^${onto}`, '--'], { gitDir });
  const steps: Step[] = [];
  for (const sha of output.split('\n').filter((line) => line !== '')) {
    const commit = await readCommit(gitDir, sha);
    const [first = onto, second] = commit.parents;
    steps.unshift({ commit, parent: second ?? first });
    if (second !== undefined) break;
  }
  return steps;
}

/**
 * Applies one change to `tip`. Git takes the newest common ancestor as the base of a merge, so a
 * stand-in for `tip` is made whose parent is the commit that the change is made to.
 */
async function pick(gitDir: string, { sha }: CommitFacts, parent: string, tip: string): Promise<Merged> {
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
