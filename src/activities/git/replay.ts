import type { CommitFacts } from './commit-facts.js';
import { readAuthors, readCommit } from './commit-facts.js';
import { commitTree } from './commit-tree.js';
import { runGit } from './git.js';
import type { Merged } from './merge-trees.js';
import { treeOf } from './objects.js';
import { withCoAuthors } from './message.js';
import { pick } from './pick.js';

/** One checkpoint, and the commit that it is a change to. */
interface Step {
  commit: CommitFacts;
  parent: string;
  /** Whose work is in it, where it stands for more than one checkpoint. */
  authors: string[];
}

export type Replayed = { kind: 'clean'; tip: string } | Extract<Merged, { kind: 'conflict' }>;

export interface Replay {
  gitDir: string;
  head: string;
  onto: string;
  /** Where the work starts, when `onto` does not have that commit any more. */
  start: string | null;
  /** Whom nobody needs to name: the author of the agent's own work. */
  agent: string;
}

/**
 * Makes the checkpoints up to `head` anew on top of `onto`, oldest first, with their messages, authors and
 * dates. What changes nothing there is left out.
 */
export async function replay({ gitDir, head, onto, start, agent }: Replay): Promise<Replayed> {
  let tip = onto;
  const floor = (await readCommit(gitDir, onto)).committedAt;
  for (const { commit, parent, authors } of await stepsTo(gitDir, head, [onto, start ?? onto])) {
    const merged = await pick(gitDir, { sha: commit.sha, parent }, tip);
    if (merged.kind === 'conflict') return merged;
    if (merged.tree === (await treeOf(gitDir, tip))) continue;
    const { author, authoredAt } = commit;
    const coAuthors = authors.filter((name) => name !== author && name !== agent);
    const committedAt = Math.max(floor, commit.committedAt);
    tip = await commitTree({
      gitDir,
      tree: merged.tree,
      parents: [tip],
      message: withCoAuthors(commit.message, coAuthors),
      author,
      authoredAt,
      committedAt,
    });
  }
  return { kind: 'clean', tip };
}

/** Everything up to a checkpoint that took a newer base in is one change to that base. */
async function stepsTo(gitDir: string, head: string, [onto, start]: [string, string]): Promise<Step[]> {
  const args = ['rev-list', '--first-parent', head, `^${onto}`, `^${start}`, '--'];
  const output = await runGit(args, { gitDir });
  const steps: Step[] = [];
  for (const sha of output.split('\n').filter((line) => line !== '')) {
    const commit = await readCommit(gitDir, sha);
    const [first = onto, second] = commit.parents;
    const authors = second === undefined ? [] : await readAuthors(gitDir, [onto, start], sha);
    steps.unshift({ commit, parent: second ?? first, authors });
    if (second !== undefined) break;
  }
  return steps;
}
