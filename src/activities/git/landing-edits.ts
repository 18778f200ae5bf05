import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { namesOf, runGit } from './git.js';
import { listFiles, readFiles } from './objects.js';

/** The files of the tree that is about to be landed; paths are relative to its top. */
export interface TreeReader {
  /** Paths of the regular files below a folder, at any depth. */
  listFiles(folder: string): Promise<string[]>;
  /** Null when there is no such file. */
  readFile(path: string): Promise<string | null>;
}

export interface FileEdit {
  path: string;
  content: string;
}

export function treeReader(gitDir: string, tree: string): TreeReader {
  return {
    listFiles: (folder) => listFiles(gitDir, tree, folder),
    readFile: async (path) => (await readFiles(gitDir, tree, [path])).get(path) ?? null,
  };
}

/** The tree with the edits made to it, by an index of its own. A file keeps its mode. */
export async function editTree(gitDir: string, tree: string, edits: readonly FileEdit[]): Promise<string> {
  if (edits.length === 0) return tree;
  const indexFile = join(gitDir, `edits-${randomUUID()}.index`);
  try {
    await runGit(['read-tree', tree], { gitDir, indexFile });
    for (const { path, content } of edits) {
      const oid = (await runGit(['hash-object', '-w', '--stdin'], { gitDir, input: content })).trim();
      const input = `${await modeOf(gitDir, tree, path)} ${oid}\t${path}\0`;
      await runGit(['update-index', '--add', '-z', '--index-info'], { gitDir, indexFile, input });
    }
    return (await runGit(['write-tree'], { gitDir, indexFile })).trim();
  } finally {
    await rm(indexFile, { force: true });
  }
}

async function modeOf(gitDir: string, tree: string, path: string): Promise<string> {
  const [entry] = namesOf(await runGit(['ls-tree', '-z', '--full-tree', tree, '--', path], { gitDir }));
  return entry?.startsWith('100755') ? '100755' : '100644';
}
