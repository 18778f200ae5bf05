import { existsSync } from 'node:fs';
import { tryGit } from '../../git/git.js';
import type { MergeOutcome } from '../../../workflows/ports.js';
import { examine } from './examine.js';
import { removeDrafts } from './index-file.js';
import { withIndexLocks } from './index-lock.js';
import type { LandingJournal, LandingRecord } from './journal.js';
import { moveTree, tryMove } from './move.js';
import {
  describeBusy,
  describeConflicts,
  describeLock,
  describeObstacle,
  describeRemainder,
} from './obstacle.js';
import type { LandingStep } from './step.js';
import { findTrees } from './working-trees.js';

/** Told of each step. */
export type Steps = (step: LandingStep) => void;

interface LandingInTrees {
  journal: LandingJournal;
  record: LandingRecord;
  /** Moves the base, if that is still at the old commit. */
  moveBase: () => Promise<MergeOutcome>;
  at: Steps;
}

/**
 * Moves a base and all working trees in which it is checked out. Locks of the indexes come first, so that
 * nobody commits or switches in between, then the look at the files, and then the base, by
 * compare-and-swap. Up to there nothing of the trees is touched: whoever refuses, or whatever is killed, leaves
 * them as they were. From there on it only goes forward: the files, which are known to give way, and then the
 * index of each tree. The other order would show files in the trees that may be refused after all.
 */
export async function landInTrees({ journal, record, moveBase, at }: LandingInTrees): Promise<MergeOutcome> {
  await journal.write(record);
  at('journalled');
  const locked = await locking(journal, record, async (): Promise<Ended> => {
    at('locked');
    const obstacle = await findObstacle(record);
    if (obstacle !== null) return { outcome: { kind: 'blocked', message: obstacle }, open: false };
    at('examined');
    const outcome = await moveBase().catch(async (error: unknown) => {
      // Cut off, perhaps after the base had moved.
      await finish(journal, record, at);
      throw error;
    });
    if (outcome.kind !== 'merged') return { outcome, open: false };
    at('moved');
    const remainder = await finish(journal, record, at);
    // It has landed, whatever is left to do in a tree; what lands next waits for that.
    return remainder === null ? { outcome, open: false } : { outcome: { ...outcome, remainder }, open: true };
  });
  if (locked.kind === 'locked') {
    await journal.remove();
    return { kind: 'blocked', message: describeLock(locked.file) };
  }
  at('unlocked');
  if (!locked.value.open) await journal.remove();
  return locked.value.outcome;
}

interface Ended {
  outcome: MergeOutcome;
  /** Whether something is left for the next time. */
  open: boolean;
}

/**
 * Goes on with what a dead worker has left. Where the base has not moved, nothing has happened; the record stays,
 * because a push of the dead may still be under way. Where it is at the new commit, the working trees
 * follow. Where somebody has moved it on since, they know what is there, and it is theirs. Returns what a
 * person has to see to first, in words, or null.
 */
export async function resumeLanding(journal: LandingJournal, at: Steps): Promise<string | null> {
  const record = await journal.read();
  if (record === null) return null;
  const trees = record.trees.filter(({ path, gitDir }) => existsSync(path) && existsSync(gitDir));
  const locked = await locking(journal, { ...record, trees }, async () => {
    for (const tree of trees) await removeDrafts(tree);
    const hasMoved = (await headOf(record)) !== record.before;
    return { hasMoved, remainder: await finish(journal, { ...record, trees }, at) };
  });
  if (locked.kind === 'locked') return describeLock(locked.file);
  at('unlocked');
  const { hasMoved, remainder } = locked.value;
  if (hasMoved && remainder === null) await journal.remove();
  return remainder;
}

function locking<T>({ file }: LandingJournal, { trees }: LandingRecord, work: () => Promise<T>) {
  const owner =
    'Continuo lands a change in this working tree. If it was killed, it finishes when it runs again, ' +
    `by what it has noted in ${file}\n`;
  const gitDirs = trees.map(({ gitDir }) => gitDir);
  return withIndexLocks(gitDirs, owner, work);
}

/** Why a base cannot move now, in words with what to do, or null. */
async function findObstacle(record: LandingRecord): Promise<string | null> {
  const { checkedOut, busy } = await findTrees(record.repository, record.ref);
  if (busy[0] !== undefined) return describeBusy(record.ref, busy[0]);
  for (const tree of checkedOut) {
    const isLocked = record.trees.some(({ gitDir }) => gitDir === tree.gitDir);
    if (!isLocked) return `${tree.path} was switched to the base just now`;
    const examination = await examine(tree, record.changes);
    const obstacle = describeObstacle(record.ref, tree.path, examination);
    if (obstacle !== null) return obstacle;
    const words = await tryMove(tree, record, examination.paths);
    if (words !== null) return `git does not move ${tree.path}: ${words}. Mend that`;
  }
  return null;
}

/** Lets the working trees follow a base that has moved. Returns what a person has to see to, or null. */
async function finish(journal: LandingJournal, record: LandingRecord, at: Steps): Promise<string | null> {
  if ((await headOf(record)) !== record.after) return null;
  const { checkedOut, busy } = await findTrees(record.repository, record.ref);
  if (busy[0] !== undefined) return describeBusy(record.ref, busy[0]);

  const left: LandingRecord = { ...record, trees: [] };
  const words: string[] = [];
  for (const tree of record.trees) {
    if (!checkedOut.some(({ gitDir }) => gitDir === tree.gitDir)) continue;
    const { conflicts } = await examine(tree, record.changes, tree.asked);
    if (conflicts.length > 0) {
      // Git moves no index with a conflict in it, whatever it is about.
      left.trees.push(tree);
      words.push(describeConflicts(record, tree.path, conflicts));
      continue;
    }
    const remainder = await moveTree(tree, record, at);
    const asked = [...remainder.conflicts, ...remainder.unwritten];
    if (asked.length === 0) continue;
    // What was asked about before stays so: it may be settled by now, and is not to be asked about again.
    left.trees.push({ ...tree, asked: [...new Set([...tree.asked, ...asked])] });
    words.push(describeRemainder(record, tree.path, remainder));
  }
  if (words.length === 0) return null;
  await journal.write(left);
  return words.join('; ');
}

async function headOf({ repository, ref }: LandingRecord): Promise<string | null> {
  if (!existsSync(repository)) return null;
  const args = ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`];
  const { exitCode, stdout } = await tryGit(args, { cwd: repository, trusted: true });
  return exitCode === 0 ? stdout.toString('utf8').trim() : null;
}
