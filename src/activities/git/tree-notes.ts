import { listNames } from './list-names.js';
import type { TreeEntry } from './objects.js';
import { listTree, readBlobs, submoduleMode } from './objects.js';

/** What of a commit a plain checkout does not bring, in words: submodules, and files that are kept in LFS. */
export async function describeLimits(gitDir: string, commit: string): Promise<string[]> {
  const entries = await listTree(gitDir, commit);
  const submodules = entries.filter(({ mode }) => mode === submoduleMode).map(({ path }) => path);
  const notes: string[] = [];
  if (submodules.length > 0) {
    notes.push(
      `submodules are not checked out, and what is changed in them is not saved: ${listNames(submodules)}`,
    );
  }
  if (await usesLfs(gitDir, entries)) {
    notes.push('the repository keeps files in LFS: the workspace has their pointers, not their content');
  }
  return notes;
}

async function usesLfs(gitDir: string, entries: TreeEntry[]): Promise<boolean> {
  const files = entries.filter(({ path }) => /(^|\/)\.gitattributes$/.test(path));
  const blobs = await readBlobs(
    gitDir,
    files.map(({ oid }) => oid),
  );
  return [...blobs.values()].some((content) => /^[^#\n]*\sfilter=lfs\b/m.test(content.toString('utf8')));
}
