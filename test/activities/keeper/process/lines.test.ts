import { describe, expect, it } from '@jest/globals';
import { splitLines } from '../../../../src/activities/keeper/process/lines.js';

/** What a reader makes of the records: the lines again. */
function linesOf(chunks: Buffer[]): string[] {
  const splitter = splitLines('out');
  const lines: string[] = [];
  let begun = '';
  for (const entry of [...chunks.flatMap((chunk) => splitter.take(chunk)), ...splitter.flush()]) {
    if (entry.d !== 'out') throw new Error(`unexpected ${entry.d}`);
    begun += entry.s;
    if (entry.part) continue;
    lines.push(begun);
    begun = '';
  }
  return lines;
}

function cut(bytes: Buffer, size: number): Buffer[] {
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
}

describe('splitLines', () => {
  it.each([1, 2, 3, 5, 7, 1000])('gives the same lines for chunks of %i bytes', (size) => {
    const text = 'one\n\nzwölf €uro 🎻\n{"a":"\\n"}\r\nlast';
    expect(linesOf(cut(Buffer.from(text), size))).toEqual(text.split('\n'));
  });

  it('makes pieces of at most 1 MiB of a 10 MB line, and cuts no character', () => {
    const line = `x${'🎻'.repeat(2_500_000)}`;
    const splitter = splitLines('err');
    const entries = cut(Buffer.from(`${line}\nnext\n`), 65_536).flatMap((chunk) => splitter.take(chunk));
    const pieces = entries.map((entry) => ('s' in entry ? entry.s : ''));
    expect(pieces.length).toBe(11);
    expect(Math.max(...pieces.map((piece) => Buffer.byteLength(piece)))).toBeLessThanOrEqual(1024 * 1024);
    expect(pieces.slice(0, -1).join('') === line).toBe(true);
    expect(pieces.at(-1)).toBe('next');
    expect(entries.map((entry) => 'part' in entry)).toEqual([...Array<boolean>(9).fill(true), false, false]);
  });

  it('goes on after bytes that are no UTF-8, also where it has to cut', () => {
    const bytes = Buffer.concat([Buffer.alloc(3 * 1024 * 1024, 0x80), Buffer.from('\nfine\n\xff', 'latin1')]);
    const [broken, ...rest] = linesOf(cut(bytes, 65_536));
    expect(broken).toMatch(/^\ufffd+$/);
    expect(rest).toEqual(['fine', '\ufffd']);
  });

  it('has no line for nothing, and none after a last newline', () => {
    expect(linesOf([])).toEqual([]);
    expect(linesOf([Buffer.from('a\n')])).toEqual(['a']);
  });
});
