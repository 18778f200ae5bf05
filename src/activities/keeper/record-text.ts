import type { JournalRecord } from './protocol.js';

export type OutputRecord = Extract<JournalRecord, { d: 'out' | 'err' }>;

/**
 * A record as its line of the journal. A line of output stands there as it came, behind mark, number and time, because
 * to make JSON of it, and to read that again, would take most of the time: `o 17 1764194400000 the line`. A capital
 * marks a piece. All other records are JSON, and begin with `{`.
 */
export function renderRecord(record: JournalRecord): string {
  if (!isOutput(record)) return JSON.stringify(record);
  const mark = record.d === 'out' ? 'o' : 'e';
  return `${record.part ? mark.toUpperCase() : mark} ${record.n} ${record.t} ${record.s}`;
}

/** Null for a line that is another record's. Throws a `SyntaxError` for one that is none. */
export function parseOutput(line: string): OutputRecord | null {
  if (line.startsWith('{')) return null;
  const numberEnd = line.indexOf(' ', 2);
  const timeEnd = line.indexOf(' ', numberEnd + 1);
  const n = Number(line.slice(2, numberEnd));
  const t = Number(line.slice(numberEnd + 1, timeEnd));
  const mark = /^[oeOE] /.test(line) ? line.charAt(0) : null;
  if (mark === null || timeEnd < 0 || !Number.isInteger(n) || !Number.isInteger(t)) {
    throw new SyntaxError(`no record of a journal: ${line.slice(0, 80)}`);
  }
  const d = mark === 'o' || mark === 'O' ? 'out' : 'err';
  const record: OutputRecord = { n, t, d, s: line.slice(timeEnd + 1) };
  return mark === 'O' || mark === 'E' ? { ...record, part: true } : record;
}

function isOutput(record: JournalRecord): record is OutputRecord {
  return record.d === 'out' || record.d === 'err';
}
