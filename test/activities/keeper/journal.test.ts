import { appendFileSync, closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openJournal } from '../../../src/activities/keeper/journal.js';
import type { JournalRecord } from '../../../src/activities/keeper/protocol.js';
import type { OutputRecord } from '../../../src/activities/keeper/record-text.js';
import { renderRecord } from '../../../src/activities/keeper/record-text.js';
import { files } from '../../../src/activities/keeper/protocol.js';

let folder: string;
let journal: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'journal-test-'));
  journal = join(folder, files.journal);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const line = (s: string, more: Partial<OutputRecord> = {}) =>
  `${renderRecord({ n: 1, t: 2, d: 'out', s, ...more })}\n`;
const size = () => statSync(journal).size;

/** Reads in one reader, up to each end in turn; returns the texts that came with each. */
async function readTo(...ends: number[]): Promise<string[][]> {
  const reader = openJournal(folder);
  const came: string[][] = [];
  try {
    for (const end of ends) {
      const texts: string[] = [];
      await reader.readTo(end, (record) => texts.push('s' in record ? record.s : record.d));
      came.push(texts);
    }
    return came;
  } finally {
    await reader.close();
  }
}

describe('reading a journal', () => {
  it('goes only as far as was announced, and on from there', async () => {
    appendFileSync(journal, line('one'));
    const first = size();
    appendFileSync(journal, line('two') + line('three'));
    expect(await readTo(first, first, size())).toEqual([['one'], [], ['two', 'three']]);
  });

  it('drops the torn record at the end of a dead keeper', async () => {
    appendFileSync(journal, line('whole') + line('torn').slice(0, -1));
    expect(await readTo(Number.MAX_SAFE_INTEGER)).toEqual([['whole']]);
  });

  it('takes a journal that was never begun for an empty one', async () => {
    expect(await readTo(Number.MAX_SAFE_INTEGER)).toEqual([[]]);
  });

  it('joins the pieces of a line, of stdout and stderr apart', async () => {
    const part = { part: true } as const;
    appendFileSync(journal, line('a', part) + line('x', { ...part, d: 'err' }) + line('b', part));
    appendFileSync(journal, line('y', { d: 'err' }) + line('c') + line('d'));
    expect(await readTo(size())).toEqual([['xy', 'abc', 'd']]);
  });

  it('keeps line separators that are no line breaks of JSON, and characters that chunks cut', async () => {
    const text = '\u2028é€\u{1f600}'.repeat(200_000);
    appendFileSync(journal, line(text) + line('after'));
    const [texts] = await readTo(size());
    expect(texts?.[0] === text).toBe(true);
    expect(texts?.[1]).toBe('after');
  });

  it('refuses what is no record', async () => {
    appendFileSync(journal, `${JSON.stringify({ n: 1, t: 2, d: 'in', s: 'without a key' })}\n`);
    await expect(readTo(size())).rejects.toThrow('key');
  });

  it.each(['', 'x 1 2 text', 'o 1 text', 'o one 2 text', 'o 1', 'text'])(
    'refuses the line "%s"',
    async (text) => {
      appendFileSync(journal, `${text}\n`);
      await expect(readTo(size())).rejects.toThrow('no record of a journal');
    },
  );

  it.each(['', ' ', '{"n":1}', 'o 1 2 three', 'a\rb\r', '\u0000'])(
    'keeps the line %j as it came',
    async (text) => {
      appendFileSync(journal, line(text) + line(text, { d: 'err' }));
      expect(await readTo(size())).toEqual([[text, text]]);
    },
  );

  it('reads a line of 64 MB', async () => {
    const piece = 'x'.repeat(1024 * 1024);
    for (let count = 1; count < 64; count += 1) appendFileSync(journal, line(piece, { part: true }));
    appendFileSync(journal, line(piece));
    const [texts] = await readTo(size());
    expect(texts?.map(({ length }) => length)).toEqual([64 * 1024 * 1024]);
  });

  it('reads 200 MB while everything else goes on, and stops when it is asked to leave', async () => {
    const block = line('x'.repeat(1_000)).repeat(1_000);
    const file = openSync(journal, 'w');
    while (size() < 200_000_000) writeSync(file, block);
    closeSync(file);

    let count = 0;
    let turns = 0;
    const other = setInterval(() => (turns += 1), 0);
    const reader = openJournal(folder);
    await reader.readTo(size(), () => (count += 1));
    clearInterval(other);
    await reader.close();
    expect(count).toBe((size() / block.length) * 1_000);
    expect(turns).toBeGreaterThan(50);

    const leaving = new AbortController();
    const records: JournalRecord[] = [];
    const impatient = openJournal(folder);
    const take = (record: JournalRecord) => {
      records.push(record);
      leaving.abort();
    };
    await impatient.readTo(size(), take, leaving.signal);
    await impatient.close();
    expect(records.length).toBeLessThan(10_000);
  });
});
