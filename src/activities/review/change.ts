import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readGit } from '../git/git.js';
import type { Mirror } from '../git/mirror.js';
import type { ReviewInput } from '../../workflows/review-port.js';

/** What a reviewer is shown of the change. */
export interface Change {
  /** The diff, or the beginning of a long one, in whole lines. */
  shown: string;
  /** Of the whole diff. */
  bytes: number;
  isCut: boolean;
  /** The file that has all of it; the reviewer can read it. */
  file: string;
}

/** A longer diff does not fit into what a model reads at once. */
const shownBytes = 150_000;

/** Writes the whole diff into the reviewer's temporary folder, and returns what the prompt shows of it. */
export async function bringChange(
  { gitDir }: Pick<Mirror, 'gitDir'>,
  { baseSha, sha }: Pick<ReviewInput, 'baseSha' | 'sha'>,
  temporary: string,
): Promise<Change> {
  const args = ['diff', '--no-color', '--no-ext-diff', '--no-textconv', '--find-renames', baseSha, sha, '--'];
  const diff = await readGit(args, { gitDir });
  const file = join(temporary, 'change.diff');
  // A reviewer that runs already may have put a link there: nothing is written through it.
  await rm(file, { recursive: true, force: true });
  await writeFile(file, diff, { mode: 0o600, flag: 'wx' });
  const isCut = diff.length > shownBytes;
  const end = isCut ? diff.lastIndexOf('\n', shownBytes) + 1 || shownBytes : diff.length;
  return { shown: diff.toString('utf8', 0, end), bytes: diff.length, isCut, file };
}
