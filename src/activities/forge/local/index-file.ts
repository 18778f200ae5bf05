import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Blob } from '../../git/changes.js';
import { copyIndex } from '../../git/git-folder.js';
import { namesOf } from '../../git/git.js';
import { gitIn, tryGitIn } from './tree-git.js';
import type { WorkingTree } from './working-trees.js';

export interface IndexEntry extends Blob {
  /** 0, or 1 to 3 for what is in conflict. */
  stage: number;
  /** Marked as not to be looked at in the working tree, as what a sparse checkout leaves out. */
  skipped: boolean;
}

/** What is staged, by path. */
export type Index = ReadonlyMap<string, IndexEntry[]>;

/** What a path is to have in an index; nothing takes it out. */
export interface IndexEdit {
  path: string;
  entries: readonly (Blob & { stage: number })[];
}

export async function readIndex(tree: WorkingTree): Promise<Index> {
  const index = new Map<string, IndexEntry[]>();
  for (const line of namesOf(await gitIn(tree, ['ls-files', '-t', '--stage', '-z']))) {
    const [, tag, mode = '', oid = '', stage, path = ''] =
      /^(\w) (\d+) ([0-9a-f]+) (\d)\t(.*)$/s.exec(line) ?? [];
    const entry = { mode, oid, stage: Number(stage), skipped: tag === 'S' };
    const others = index.get(path);
    if (others === undefined) index.set(path, [entry]);
    else others.push(entry);
  }
  return index;
}

/** Changes an index file. Paths that go come first: one that comes may need their place. */
export async function editIndex(
  tree: WorkingTree,
  indexFile: string,
  edits: readonly IndexEdit[],
): Promise<void> {
  if (edits.length === 0) return;
  const removals = edits.map(({ path }) => `0 ${noObject}\t${path}\0`);
  const additions = edits.flatMap(({ path, entries }) =>
    entries.map(({ mode, oid, stage }) => `${mode} ${oid} ${stage}\t${path}\0`),
  );
  const input = [...removals, ...additions].join('');
  await gitIn(tree, ['update-index', '-z', '--index-info'], { indexFile, input });
}

/** Lets an index file know the times of the files that it describes. */
export async function refreshIndex(tree: WorkingTree, indexFile: string): Promise<void> {
  // It fails when files differ, which is for the caller to judge.
  await tryGitIn(tree, ['update-index', '-q', '--refresh'], { indexFile });
}

/** Gives work a copy of the working tree's index; nobody sees it unless it is installed. */
export async function withDraftIndex<T>(
  tree: WorkingTree,
  work: (indexFile: string) => Promise<T>,
): Promise<T> {
  return withEmptyIndex(tree, async (indexFile) => {
    const index = join(tree.gitDir, 'index');
    if (existsSync(index)) await copyIndex(index, indexFile);
    return work(indexFile);
  });
}

/** As `withDraftIndex`, with nothing in it. */
export async function withEmptyIndex<T>(
  tree: WorkingTree,
  work: (indexFile: string) => Promise<T>,
): Promise<T> {
  const indexFile = join(tree.gitDir, `${draftName}${randomUUID()}`);
  try {
    return await work(indexFile);
  } finally {
    await rm(indexFile, { force: true });
  }
}

export async function installIndex(tree: WorkingTree, indexFile: string): Promise<void> {
  await rename(indexFile, join(tree.gitDir, 'index'));
}

/** Drafts, and locks of them, that a dead worker has left. */
export async function removeDrafts({ gitDir }: WorkingTree): Promise<void> {
  const names = (await readdir(gitDir)).filter((name) => name.startsWith(draftName));
  for (const name of names) await rm(join(gitDir, name), { force: true });
}

const draftName = 'continuo-index-';
const noObject = '0'.repeat(40);
