import type { ConflictHunk } from '../../domain/landing.js';
import { readFiles } from './objects.js';

/** A merge of two commits that did not go without a conflict. */
export interface Conflicting {
  gitDir: string;
  base: string;
  work: string;
  /** The tree with marks. */
  merged: string;
  files: string[];
}

/** For all hunks together: what is more than this is read in the files. */
const mostBytes = 4096;
/** For one side of one hunk, so that several have room. */
const mostOfASide = 1000;

/** The first conflicts, with what both sides have there. */
export async function conflictHunks(conflict: Conflicting): Promise<ConflictHunk[]> {
  const hunks: ConflictHunk[] = [];
  let room = mostBytes;
  for (const hunk of await allHunks(conflict)) {
    const [base, work] = [shorten(hunk.base), shorten(hunk.work)];
    room -= Buffer.byteLength(hunk.path + base + work);
    if (room < 0) break;
    hunks.push({ ...hunk, base, work });
  }
  return hunks;
}

async function allHunks({ gitDir, base, work, merged, files }: Conflicting): Promise<ConflictHunk[]> {
  const read = (tree: string) => readFiles(gitDir, tree, files);
  const [texts, inBase, inWork] = await Promise.all([read(merged), read(base), read(work)]);
  return files.flatMap((path) => {
    const marked = markedHunks(path, texts.get(path) ?? '');
    if (marked.length > 0) return marked;
    return { path, line: null, base: wholeFile(inBase.get(path)), work: wholeFile(inWork.get(path)) };
  });
}

/** What a side has done with a file that git cannot merge by lines. */
function wholeFile(text: string | undefined): string {
  if (text === undefined) return '(no such file)';
  return text.includes('\0') ? '(another binary file)' : '(the file, changed)';
}

/** The places between marks of a conflict, as git writes them. */
export function markedHunks(path: string, text: string): ConflictHunk[] {
  const hunks: ConflictHunk[] = [];
  let open: { line: number; base: string[]; work: string[]; side: 'base' | 'work' } | null = null;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^<{7} /.test(line)) open = { line: index + 1, base: [], work: [], side: 'base' };
    else if (open === null) continue;
    else if (/^={7}$/.test(line) && open.side === 'base') open.side = 'work';
    else if (/^>{7} /.test(line)) {
      hunks.push({ path, line: open.line, base: open.base.join('\n'), work: open.work.join('\n') });
      open = null;
    } else open[open.side].push(line);
  }
  return hunks;
}

function shorten(text: string): string {
  return text.length <= mostOfASide ? text : `${text.slice(0, mostOfASide)}…`;
}
