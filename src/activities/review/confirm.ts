import { createHash } from 'node:crypto';
import type { Raised } from '../../domain/finding.js';
import type { ReviewInput } from '../../workflows/review-port.js';
import type { Mirror } from '../git/mirror.js';
import type { Claimed } from './answer.js';

/** Reviewers count lines badly; what they quote is looked for this far from the line. */
const nearLines = 10;

/** A file at the commit and at its base; null where there is none. */
interface Versions {
  now: string | null;
  before: string | null;
}

/**
 * Looks whether the places exist that a review speaks of, and whether what it quotes is there. What does not hold
 * becomes a note that says why.
 */
export async function confirm(
  claims: readonly Claimed[],
  mirror: Pick<Mirror, 'readFiles'>,
  { sha, baseSha, earlier }: Pick<ReviewInput, 'sha' | 'baseSha' | 'earlier'>,
): Promise<Raised[]> {
  const files = claims.flatMap(({ file }) => (file !== null && isPlain(file) ? [file] : []));
  const [now, before] = await Promise.all([mirror.readFiles(sha, files), mirror.readFiles(baseSha, files)]);
  // An id stands for one finding: a second one that names it is another.
  const free = new Set(earlier.map(({ id }) => id));
  return claims.map(({ again, quotes, ...remark }) => {
    const { severity, file, line } = remark;
    const versions = { now: now.get(file ?? '') ?? null, before: before.get(file ?? '') ?? null };
    const doubt = file === null ? null : doubtOf(file, line, quotes, versions);
    const id = again !== null && free.delete(again) ? again : idOf(remark);
    return {
      ...remark,
      id,
      line: file === null ? null : line,
      doubt,
      severity: doubt === null ? severity : 'note',
    };
  });
}

/** What speaks against a remark, or null. */
function doubtOf(
  file: string,
  line: number | null,
  quotes: readonly string[],
  { now, before }: Versions,
): string | null {
  const text = now ?? before;
  if (text === null) return `there is no file ${file}`;
  const lines = linesOf(text);
  if (line !== null && (line < 1 || line > lines.length)) {
    return `${file} has ${lines.length} lines, so that there is no line ${line}`;
  }
  const near = line === null ? lines : lines.slice(Math.max(line - 1 - nearLines, 0), line + nearLines);
  // What the change removed stood at another line, if it did not end up in the file again.
  const places = [near.join('\n'), before ?? ''].map(withoutSpace);
  const isThere = (quote: string) =>
    places.some((place) => place.includes(withoutSpace(withoutMarks(quote))));
  if (quotes.length === 0 || quotes.some(isThere)) return null;
  return `what it quotes is not in ${file}${line === null ? '' : ` near line ${line}`}`;
}

function linesOf(text: string): string[] {
  return text.replace(/\r?\n$/, '').split(/\r?\n/);
}

/** A quote may come from the diff. */
function withoutMarks(quote: string): string {
  return quote
    .split('\n')
    .map((line) => line.replace(/^[+-](?![+-])/, ''))
    .join('\n');
}

function withoutSpace(text: string): string {
  return text.replace(/\s+/g, '');
}

/** As git has paths in a tree; git would not even look for another one. */
function isPlain(path: string): boolean {
  return !/\p{Cc}/u.test(path) && path.split('/').every((part) => !['', '.', '..'].includes(part));
}

function idOf({ file, line, claim }: Pick<Claimed, 'file' | 'line' | 'claim'>): string {
  const text = JSON.stringify([file, line, claim]);
  return createHash('sha256').update(text).digest('hex').slice(0, 10);
}
