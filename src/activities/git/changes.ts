import { namesOf, runGit } from './git.js';

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

/** The differences between two commits or trees, by path. No attribute or configuration has a say in it. */
export async function listChanges(gitDir: string, base: string, tree: string): Promise<FileChange[]> {
  const compare = (format: string) =>
    runGit(['diff-tree', '-r', '-z', '--no-renames', '--no-abbrev', format, base, tree], { gitDir });
  const [raw, counts] = await Promise.all([compare('--raw'), compare('--numstat')]);
  const lines = countLines(counts);
  const words = namesOf(raw);
  return words.flatMap((word, index) => {
    const [, , mode = '', before = '', after = '', letter] =
      /^:(\d+) (\d+) (\w+) (\w+) (\w)/.exec(word) ?? [];
    const path = words[index + 1];
    if (index % 2 === 1 || path === undefined) return [];
    const [addedLines, deletedLines] = lines.get(path) ?? [0, 0];
    const status = letter === 'A' ? 'added' : letter === 'D' ? 'deleted' : 'modified';
    return [
      { path, status, before: objectId(before), after: objectId(after), mode, addedLines, deletedLines },
    ];
  });
}

function objectId(oid: string): string | null {
  return /^0*$/.test(oid) ? null : oid;
}

function countLines(numstat: string): Map<string, [number, number]> {
  return new Map(
    namesOf(numstat).flatMap((line) => {
      const [, added, deleted, path] = /^(\d+|-)\t(\d+|-)\t(.*)$/s.exec(line) ?? [];
      return path === undefined ? [] : [[path, [Number(added) || 0, Number(deleted) || 0]]];
    }),
  );
}
