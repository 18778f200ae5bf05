import { renderTable } from '../table.js';
import { visible } from '../visible.js';
import { describeChange } from './describe-change.js';
import type { FileChange, FilePatch } from './parse.js';

/** What happens to each file, without the lines. */
export async function statOf(files: AsyncIterable<FilePatch>): Promise<FileChange[]> {
  const changes: FileChange[] = [];
  for await (const { change } of files) changes.push(change);
  return changes;
}

/** A table of the files, and the sum of them. */
export async function* showStat(files: AsyncIterable<FilePatch>, width: number): AsyncGenerator<string> {
  const changes = await statOf(files);
  yield* renderTable(changes, columns, width).slice(1);
  const count = (lines: (change: FileChange) => number) =>
    changes.reduce((sum, change) => sum + lines(change), 0);
  const heading = changes.length === 1 ? '1 file' : `${changes.length} files`;
  yield `${heading} changed, +${count(({ added }) => added)} -${count(({ removed }) => removed)}`;
}

const columns = [
  { title: '', cell: ({ path }: FileChange) => visible(path), flexible: true },
  { title: '', cell: (change: FileChange) => (change.binary ? '' : `+${change.added}`) },
  { title: '', cell: (change: FileChange) => (change.binary ? '' : `-${change.removed}`) },
  { title: '', cell: describeChange, flexible: true },
];
