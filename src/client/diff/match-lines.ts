import type { Part } from './compare-words.js';
import { compareWords } from './compare-words.js';
import type { PatchLine } from './parse.js';

/** The line that another one replaces, or is replaced by. */
export interface Match {
  partner: PatchLine;
  /** Which words of the line are different; null where its partner is too different. */
  parts: () => Part[] | null;
}

/**
 * Finds for each changed line the one that stands in the same place on the other side: the first that is
 * taken out goes with the first that comes instead, and so on.
 */
export function matchLines(lines: readonly PatchLine[], words: boolean): Map<PatchLine, Match> {
  const matches = new Map<PatchLine, Match>();
  let removed: PatchLine[] = [];
  let next = 0;
  for (const line of lines) {
    if (line.kind === 'context' || (line.kind === 'removed' && next > 0)) {
      removed = [];
      next = 0;
    }
    if (line.kind === 'removed') removed.push(line);
    if (line.kind !== 'added') continue;
    const partner = removed[next];
    next += 1;
    if (partner === undefined) continue;
    const compared = lazily(() => (words ? compareLines(partner, line) : null));
    matches.set(partner, { partner: line, parts: () => compared()?.before ?? null });
    matches.set(line, { partner, parts: () => compared()?.after ?? null });
  }
  return matches;
}

function compareLines(before: PatchLine, after: PatchLine): ReturnType<typeof compareWords> {
  return compareWords(withoutReturn(before.text), withoutReturn(after.text));
}

/** Comparing takes its time: the first lines of a large hunk are to be seen before the last are compared. */
function lazily<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}

/** A line without the carriage return of a file with Windows line ends. */
export function withoutReturn(text: string): string {
  return text.endsWith('\r') ? text.slice(0, -1) : text;
}
