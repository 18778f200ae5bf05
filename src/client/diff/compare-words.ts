import { diffWordsWithSpace } from 'diff';

/** A stretch of a line. */
export interface Part {
  text: string;
  changed: boolean;
}

/** Beyond this a line is no longer read word by word, and comparing it would take too long. */
const longest = 1_000;
const mostEdits = 60;

/**
 * What is different between a line and the one that replaces it. Null for lines that have less than half
 * in common: marking their words would say nothing.
 */
export function compareWords(before: string, after: string): { before: Part[]; after: Part[] } | null {
  if (before.length > longest || after.length > longest) return null;
  const parts = diffWordsWithSpace(before, after, { maxEditLength: mostEdits });
  if (parts === undefined) return null;

  const kept = parts.filter(({ added, removed }) => !added && !removed);
  const same = kept.reduce((sum, { value }) => sum + substance(value), 0);
  if (same * 2 < Math.max(substance(before), substance(after))) return null;
  return {
    before: parts
      .filter(({ added }) => !added)
      .map(({ value, removed }) => ({ text: value, changed: removed })),
    after: parts
      .filter(({ removed }) => !removed)
      .map(({ value, added }) => ({ text: value, changed: added })),
  };
}

/** Characters but for blanks, which two lines always share. */
function substance(text: string): number {
  return text.replace(/\s+/g, '').length;
}
