import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TreeDifference } from '../../git/changes.js';
import { namesOf } from '../../git/git.js';
import { submoduleMode } from '../../git/objects.js';
import type { TreeEntry } from '../../git/objects.js';
import { editIndex, refreshIndex, withEmptyIndex } from './index-file.js';
import { actualPath, findStanding, isFolder } from './places.js';
import { gitIn } from './tree-git.js';
import type { WorkingTree } from './working-trees.js';

/** How the files of a working tree compare with two commits. */
export interface Contents {
  /** Paths that are as in the old commit. */
  before: ReadonlySet<string>;
  /** Of the others, those that are as in the new one. */
  after: ReadonlySet<string>;
  /** Of the rest, those that are new, with what stands in their way. */
  standing: ReadonlyMap<string, string>;
}

/** Looks at files alone, whatever is staged. The folders of submodules are not looked into. */
export async function compareContents(
  tree: WorkingTree,
  changes: readonly TreeDifference[],
): Promise<Contents> {
  const before = await findEqual(tree, entriesOf(changes, 'before'));
  const leaving = await findLeaving(tree.path, changes, before);
  const standing = new Map<string, string>();
  for (const change of changes) {
    const { path } = change;
    if (change.before === null) {
      const place = await findStanding(tree.path, path, leaving);
      if (place === null) before.add(path);
      else standing.set(path, place);
    } else if (change.before.mode === submoduleMode && (await mayChange(tree.path, change))) {
      before.add(path);
    } else if (change.after === null && !leaving.has(path)) {
      before.delete(path);
    }
  }

  const others = changes.filter(({ path }) => !before.has(path));
  const after = await findEqual(tree, entriesOf(others, 'after'));
  for (const change of others) if (await isThereAfter(tree.path, change)) after.add(change.path);
  return { before, after, standing };
}

/** Those of the files that stand in the working tree with this content and mode, as git compares them. */
async function findEqual(tree: WorkingTree, entries: readonly TreeEntry[]): Promise<Set<string>> {
  if (entries.length === 0) return new Set();
  return withEmptyIndex(tree, async (indexFile) => {
    const edits = entries.map(({ path, ...entry }) => ({ path, entries: [{ ...entry, stage: 0 }] }));
    await editIndex(tree, indexFile, edits);
    await refreshIndex(tree, indexFile);
    const different = new Set(namesOf(await gitIn(tree, ['diff-files', '--name-only', '-z'], { indexFile })));
    return new Set(entries.map(({ path }) => path).filter((path) => !different.has(path)));
  });
}

function entriesOf(changes: readonly TreeDifference[], side: 'before' | 'after'): TreeEntry[] {
  return changes.flatMap((change) => {
    const blob = change[side];
    return blob === null || blob.mode === submoduleMode ? [] : [{ path: change.path, ...blob }];
  });
}

/**
 * Files that only the old commit has, and that are still there. Where case does not tell files apart, the
 * new name of a file that is renamed in case only must not pass for the old one.
 */
async function findLeaving(
  root: string,
  changes: readonly TreeDifference[],
  before: ReadonlySet<string>,
): Promise<Set<string>> {
  const added = changes.filter((change) => change.before === null);
  const variants = new Set(added.map(({ path }) => path.toLowerCase()));
  const leaving = new Set<string>();
  for (const { path, after } of changes) {
    if (after !== null || !before.has(path)) continue;
    const isRenamed = variants.has(path.toLowerCase()) && (await actualPath(root, path)) !== path;
    if (!isRenamed) leaving.add(path);
  }
  return leaving;
}

/** A submodule's folder stays as it is, unless a file is to be in its place. */
async function mayChange(root: string, { path, after }: TreeDifference): Promise<boolean> {
  if (after === null || after.mode === submoduleMode) return true;
  const names = await readdir(join(root, path)).catch(() => []);
  return names.length === 0 && (await isFolderOrNothing(root, path));
}

async function isFolderOrNothing(root: string, path: string): Promise<boolean> {
  return (await lstat(join(root, path)).catch(() => null))?.isDirectory() ?? true;
}

/** For what is no file in the new commit. */
async function isThereAfter(root: string, { path, after }: TreeDifference): Promise<boolean> {
  if (after?.mode === submoduleMode) return isFolder(root, path);
  return after === null && ((await actualPath(root, path)) !== path || (await isFolder(root, path)));
}
