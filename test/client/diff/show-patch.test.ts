import { describe, expect, it } from '@jest/globals';
import pc from 'picocolors';
import { compareWords } from '../../../src/client/diff/compare-words.js';
import { parsePatch } from '../../../src/client/diff/parse.js';
import { showPatch } from '../../../src/client/diff/show-patch.js';
import { visible } from '../../../src/client/visible.js';

async function show(lines: string[], colors = pc.createColors(false)): Promise<string[]> {
  async function* batches() {
    yield await Promise.resolve(lines);
  }
  const shown: string[] = [];
  for await (const line of showPatch(parsePatch(batches()), { colors, words: true, findings: [] })) {
    shown.push(line);
  }
  return shown;
}

const heading = ['diff --git a/x b/x', 'index 1..2 100644', '--- a/x', '+++ b/x'];

describe('showPatch', () => {
  it('shows all of 100,000 changed lines', async () => {
    const changed = Array.from({ length: 50_000 }, (_, index) => `value ${index} of many`);
    const lines = await show([
      ...heading,
      '@@ -1,50000 +1,50000 @@',
      ...changed.map((line) => `-${line} before`),
      ...changed.map((line) => `+${line} after`),
    ]);
    expect(lines).toHaveLength(100_000 + 3);
    expect(lines.at(-2)).toBe('+value 49999 of many after');
  });

  it('writes out what would act on the terminal or hide code, and keeps tabs', async () => {
    const line = '+\tif (admin\u202e) \x1b[8mreturn\x1b[0m; // \x9b2J\rno';
    const shown = await show([...heading, '@@ -0,0 +1 @@', line], pc.createColors(true));
    expect(shown).toContain(pc.createColors(true).green(visible(line)));
    expect(visible(line)).toBe('+\tif (admin<U+202E>) ^[[8mreturn^[[0m; // <U+009B>2J^Mno');
  });

  it('passes over what it does not know', async () => {
    expect(
      await show(['what is this', ...heading, 'new header 1', '@@ -1 +1 @@ place', '-a', '+b', '']),
    ).toEqual(['x', '@@ -1 +1 @@ place', '-a', '+b', '']);
  });
});

describe('compareWords', () => {
  it('leaves lines whole that have too little in common, or are too long', () => {
    expect(compareWords('return first;', 'throw new Error(message);')).toBeNull();
    const long = 'word '.repeat(1_000);
    expect(compareWords(long, `${long}more`)).toBeNull();
  });

  it('gives both lines back whole', () => {
    const compared = compareWords('  call(one, two)', '  call(one,  three, two)');
    expect(compared?.before.map(({ text }) => text).join('')).toBe('  call(one, two)');
    expect(compared?.after.map(({ text }) => text).join('')).toBe('  call(one,  three, two)');
  });
});
