import type { Blob, TreeDifference } from '../../git/changes.js';
import type { Contents } from './contents.js';
import { compareContents } from './contents.js';
import type { IndexEntry } from './index-file.js';
import { readIndex } from './index-file.js';
import { actualPath } from './places.js';
import type { WorkingTree } from './working-trees.js';

/** What a landing finds at a path that it changes. */
export type PathState =
  /** As it was: git may move it. */
  | { kind: 'before' }
  /** As it will be, or staged as that. */
  | { kind: 'after' }
  /** A person was asked about it, and has decided. */
  | { kind: 'settled' }
  /** A person's own: `place` is changed, or stands in the way without being committed. */
  | { kind: 'theirs'; place: string; stands: boolean };

export interface ExaminedPath {
  change: TreeDifference;
  /** What is staged there. */
  entries: readonly IndexEntry[];
  state: PathState;
}

export interface Examination {
  paths: ExaminedPath[];
  /** Paths of other files that are in conflict: git moves nothing while there are any. */
  conflicts: string[];
}

/** Compares a working tree and its index with what is to land; `asked` are the paths that a person was asked about. */
export async function examine(
  tree: WorkingTree,
  changes: readonly TreeDifference[],
  asked: readonly string[] = [],
): Promise<Examination> {
  const [index, contents] = [await readIndex(tree), await compareContents(tree, changes)];
  const paths: ExaminedPath[] = [];
  for (const change of changes) {
    const entries = index.get(change.path) ?? [];
    const state = asked.includes(change.path)
      ? stateOfAsked(change, entries, contents)
      : (await isLeftOut(tree, change, entries))
        ? ({ kind: 'before' } as const)
        : stateOf(change, entries, contents);
    paths.push({ change, entries, state });
  }
  const changed = new Set(changes.map(({ path }) => path));
  const conflicts = [...index].filter(([path, entries]) => !changed.has(path) && inConflict(entries));
  return { paths, conflicts: conflicts.map(([path]) => path) };
}

/** Whether exactly this is staged. */
export function holds(entries: readonly IndexEntry[], blob: Blob | null): boolean {
  const [entry, ...others] = entries;
  if (entry === undefined || blob === null) return entry === undefined && blob === null;
  return others.length === 0 && entry.stage === 0 && entry.mode === blob.mode && entry.oid === blob.oid;
}

export function inConflict(entries: readonly IndexEntry[]): boolean {
  return entries.some(({ stage }) => stage !== 0);
}

/** Outside of a sparse checkout. */
async function isLeftOut(
  tree: WorkingTree,
  { path, before }: TreeDifference,
  entries: readonly IndexEntry[],
): Promise<boolean> {
  const isSkipped = entries[0]?.skipped === true && holds(entries, before);
  return isSkipped && (await actualPath(tree.path, path)) === null;
}

function stateOf(
  { path, before, after }: TreeDifference,
  entries: readonly IndexEntry[],
  contents: Contents,
): PathState {
  if (holds(entries, after)) return { kind: 'after' };
  if (holds(entries, before) && entries[0]?.skipped !== true) {
    if (contents.before.has(path)) return { kind: 'before' };
    if (contents.after.has(path)) return { kind: 'after' };
  }
  const place = contents.standing.get(path);
  return { kind: 'theirs', place: place ?? path, stands: place !== undefined };
}

/** What could not be written is staged as it should be; what was theirs is in conflict until they have solved it. */
function stateOfAsked(
  { path, after }: TreeDifference,
  entries: readonly IndexEntry[],
  contents: Contents,
): PathState {
  if (inConflict(entries)) return { kind: 'theirs', place: path, stands: false };
  return holds(entries, after) && contents.before.has(path) ? { kind: 'before' } : { kind: 'settled' };
}
