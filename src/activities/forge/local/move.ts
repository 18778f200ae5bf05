import { lstat, readlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Blob } from '../../git/changes.js';
import { GitError } from '../../git/git.js';
import { linkMode, submoduleMode } from '../../git/objects.js';
import { compareContents } from './contents.js';
import type { ExaminedPath } from './examine.js';
import { examine, holds, inConflict } from './examine.js';
import type { IndexEdit } from './index-file.js';
import { editIndex, installIndex, refreshIndex, withDraftIndex } from './index-file.js';
import type { LandingRecord } from './journal.js';
import type { LandingStep } from './step.js';
import { gitIn, tryGitIn } from './tree-git.js';
import type { WorkingTree } from './working-trees.js';

type Tree = LandingRecord['trees'][number];

/** What a person has to see to after a move. */
export interface Remainder {
  /** Neither as before nor as after: git shows a conflict. */
  conflicts: string[];
  /** Still as before, because git did not write them. */
  unwritten: string[];
  /** Git's, when it failed. */
  words: string | null;
}

/** What keeps git from moving a working tree, in its own words, or null. Nothing is changed. */
export async function tryMove(
  tree: WorkingTree,
  record: LandingRecord,
  paths: readonly ExaminedPath[],
): Promise<string | null> {
  return withDraftIndex(tree, async (indexFile) => {
    await align(tree, indexFile, paths);
    return readTree(tree, indexFile, ['-n', '-u', record.before, record.after]);
  });
}

/**
 * Moves the files of a working tree, and its index, to the commit at which the base is already. Only paths that
 * are as before are written. Those that a person has changed meanwhile stay as they are, and are put into
 * the index as a conflict, so that git will not commit them without what has landed.
 */
export async function moveTree(
  tree: Tree,
  { before, after, changes }: LandingRecord,
  at: (step: LandingStep) => void,
): Promise<Remainder> {
  const { paths } = await examine(tree, changes, tree.asked);
  return withDraftIndex(tree, async (indexFile) => {
    await align(tree, indexFile, paths);
    const words = await readTree(tree, indexFile, ['-u', before, after]);
    const failed = words === null ? { broken: [], unwritten: [] } : await findFailed(tree, paths);
    if (words !== null) {
      // The index alone: what is not written shows as a change of the file then, and is not committed unseen.
      await gitIn(tree, ['read-tree', '-m', '-i', before, after], { indexFile });
      await refreshIndex(tree, indexFile);
    }
    const conflicts = [...paths.filter(({ state }) => state.kind === 'theirs'), ...failed.broken];
    await editIndex(tree, indexFile, [...settledEdits(paths), ...(await conflictEdits(tree, conflicts))]);
    at('written');
    await installIndex(tree, indexFile);
    at('installed');
    return { conflicts: pathsOf(conflicts), unwritten: pathsOf(failed.unwritten), words };
  });
}

/** Returns git's words when it did not succeed. */
async function readTree(
  tree: WorkingTree,
  indexFile: string,
  args: readonly string[],
): Promise<string | null> {
  try {
    const { exitCode, stderr } = await tryGitIn(tree, ['read-tree', '-m', ...args], { indexFile });
    return exitCode === 0 ? null : stderr.trim();
  } catch (error) {
    // Killed, by the host or by a filter: what it has got to is seen to in the same way.
    if (!(error instanceof GitError)) throw error;
    await rm(`${indexFile}.lock`, { force: true });
    return error.message;
  }
}

/** Lets an index say of each path what git expects there: as before where it is to be written, else as after. */
async function align(tree: WorkingTree, indexFile: string, paths: readonly ExaminedPath[]): Promise<void> {
  const edits = paths.flatMap(({ change, entries, state }) => {
    const blob = state.kind === 'before' ? change.before : change.after;
    if (holds(entries, blob)) return [];
    return [{ path: change.path, entries: blob === null ? [] : [{ ...blob, stage: 0 }] }];
  });
  await editIndex(tree, indexFile, edits);
  await refreshIndex(tree, indexFile);
}

/** Puts back what people have staged to settle what they were asked about. */
function settledEdits(paths: readonly ExaminedPath[]): IndexEdit[] {
  return paths
    .filter(({ state }) => state.kind === 'settled')
    .map(({ change, entries }) => ({ path: change.path, entries }));
}

/** One that is a conflict already stays as it is. */
function conflictEdits(tree: WorkingTree, paths: readonly ExaminedPath[]): Promise<IndexEdit[]> {
  return Promise.all(
    paths.map(async (examined) => {
      const { change, entries } = examined;
      return inConflict(entries) ? { path: change.path, entries } : conflictOf(tree, examined);
    }),
  );
}

/** As git notes a conflict: 1 is what both came from, 2 is the person's, 3 is what landed. */
async function conflictOf(tree: WorkingTree, { change, entries }: ExaminedPath): Promise<IndexEdit> {
  const { path, before, after } = change;
  const mine = holds(entries, before) ? await storeFile(tree, path) : entries[0];
  const sides = [before, mine ?? null, after].map((blob, at) => blob && { ...blob, stage: at + 1 });
  return { path, entries: sides.filter((side) => side !== null) };
}

/** Keeps the content of a file as git would on `git add`; null where there is none. */
async function storeFile(tree: WorkingTree, path: string): Promise<Blob | null> {
  const file = join(tree.path, path);
  const info = await lstat(file).catch(() => null);
  if (info?.isSymbolicLink()) {
    const oid = await gitIn(tree, ['hash-object', '-w', '--stdin'], { input: await readlink(file) });
    return { mode: linkMode, oid: oid.toString('utf8').trim() };
  }
  if (!info?.isFile()) return null;
  const oid = await gitIn(tree, ['hash-object', '-w', '--', path]);
  return { mode: (info.mode & 0o100) === 0 ? '100644' : '100755', oid: oid.toString('utf8').trim() };
}

/** What git did not get to is as before; where it was cut off, a file is broken or not there. */
async function findFailed(
  tree: WorkingTree,
  paths: readonly ExaminedPath[],
): Promise<{ broken: ExaminedPath[]; unwritten: ExaminedPath[] }> {
  const isSubmodule = (blob: Blob | null) => blob?.mode === submoduleMode;
  const meant = paths
    .filter(({ state, entries }) => state.kind === 'before' && entries[0]?.skipped !== true)
    .filter(({ change }) => !isSubmodule(change.before) && !isSubmodule(change.after));
  const changes = meant.map(({ change }) => change);
  const { before, after } = await compareContents(tree, changes);
  return {
    unwritten: meant.filter(({ change }) => before.has(change.path)),
    broken: meant.filter(({ change }) => !before.has(change.path) && !after.has(change.path)),
  };
}

function pathsOf(examined: readonly ExaminedPath[]): string[] {
  return examined.map(({ change }) => change.path);
}
