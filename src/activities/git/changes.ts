import { namesOf, runGit } from './git.js';
import type { TreeEntry } from './objects.js';

/** One file that differs between two trees. A move is a file that goes and one that comes. */
export interface FileChange {
  path: string;
  status: 'added' | 'deleted' | 'modified';
  /** Object ids; null where there is no file. */
  before: string | null;
  after: string | null;
  mode: string;
  /** Lines; zero for what is not text. */
  addedLines: number;
  deletedLines: number;
}

/** A path that differs between two trees, with what is there in each; null where nothing is. */
export interface TreeDifference {
  path: string;
  before: Blob | null;
  after: Blob | null;
}

/** A file, link or submodule. */
export type Blob = Omit<TreeEntry, 'path'>;

/** The differences between two commits or trees, by path. No attribute or configuration has a say in it. */
export async function listChanges(gitDir: string, base: string, tree: string): Promise<FileChange[]> {
  const [differences, counts] = await Promise.all([
    compareTrees(gitDir, base, tree),
    diffTree(gitDir, '--numstat', base, tree),
  ]);
  const lines = countLines(counts);
  return differences.map(({ path, before, after }) => {
    const [addedLines, deletedLines] = lines.get(path) ?? [0, 0];
    return {
      path,
      status: before === null ? 'added' : after === null ? 'deleted' : 'modified',
      before: before?.oid ?? null,
      after: after?.oid ?? null,
      mode: after?.mode ?? noMode,
      addedLines,
      deletedLines,
    };
  });
}

/** As `listChanges`, without looking into the files. */
export async function compareTrees(gitDir: string, base: string, tree: string): Promise<TreeDifference[]> {
  const words = namesOf(await diffTree(gitDir, '--raw', base, tree));
  return words.flatMap((word, index) => {
    const [, modeBefore = '', mode = '', before = '', after = ''] =
      /^:(\d+) (\d+) (\w+) (\w+) \w/.exec(word) ?? [];
    const path = words[index + 1];
    if (index % 2 === 1 || path === undefined) return [];
    return [{ path, before: blob(modeBefore, before), after: blob(mode, after) }];
  });
}

const noMode = '000000';

function blob(mode: string, oid: string): Blob | null {
  return mode === noMode ? null : { mode, oid };
}

function diffTree(gitDir: string, format: string, base: string, tree: string): Promise<string> {
  return runGit(['diff-tree', '-r', '-z', '--no-renames', '--no-abbrev', format, base, tree], { gitDir });
}

function countLines(numstat: string): Map<string, [number, number]> {
  return new Map(
    namesOf(numstat).flatMap((line) => {
      const [, added, deleted, path] = /^(\d+|-)\t(\d+|-)\t(.*)$/s.exec(line) ?? [];
      return path === undefined ? [] : [[path, [Number(added) || 0, Number(deleted) || 0]]];
    }),
  );
}
