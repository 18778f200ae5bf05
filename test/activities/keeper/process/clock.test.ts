import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { JournalRecord } from '../../../../src/activities/keeper/protocol.js';
import { files } from '../../../../src/activities/keeper/protocol.js';
import type { Rig } from './rig.js';
import { createRig, lines, until } from './rig.js';

let rig: Rig;
beforeEach(async () => {
  rig = await createRig();
});
afterEach(() => rig.end());

const hour = 3_600_000;

/** What makes the wall clock of a keeper go wrong by what stands in a file. To it, a machine that slept is a clock that was set. */
function faultyClock(): { prefix: string[]; set: (ms: number) => void } {
  const [file, preload] = [join(rig.folder, 'clock'), join(rig.folder, 'clock.mjs')];
  const set = (ms: number) => {
    writeFileSync(`${file}.new`, String(ms));
    renameSync(`${file}.new`, file);
  };
  set(0);
  writeFileSync(
    preload,
    `import { readFileSync } from 'node:fs';
     const now = Date.now;
     Date.now = () => now() + Number(readFileSync(${JSON.stringify(file)}, 'utf8'));`,
  );
  return { prefix: ['env', `NODE_OPTIONS=--import=${preload}`], set };
}

const isJump = (record: JournalRecord) => record.d === 'note' && record.clockMs !== undefined;
const jumpsIn = (records: JournalRecord[]) =>
  records.flatMap((record) => (record.d === 'note' && record.clockMs ? [record.clockMs] : []));

it('notes a clock that jumps while the program is silent, forward and back', async () => {
  const clock = faultyClock();
  const keeper = rig.start({ argv: ['cat'], io: lines }, { prefix: clock.prefix });
  const client = await keeper.attach(1);
  await client.next('hello');
  await client.write('a', 'before');
  clock.set(hour);
  await until(() => keeper.records().filter(isJump).length === 1);
  clock.set(0);
  await until(() => keeper.records().filter(isJump).length === 2);
  client.send({ op: 'close', reason: 'done' });
  await keeper.over;

  const records = keeper.records();
  const [forward = 0, back = 0] = jumpsIn(records);
  expect(Math.round(forward / hour)).toBe(1);
  expect(Math.round(back / hour)).toBe(-1);
  // Without its jumps, the time of the records is that of the program: well under an hour.
  const span = records.at(-1)!.t - records[0]!.t - forward - back;
  expect(span).toBeGreaterThanOrEqual(0);
  expect(span).toBeLessThan(hour / 2);
});

it('notes the jump before whatever comes next, and acknowledges a line with its own place', async () => {
  const clock = faultyClock();
  const keeper = rig.start({ argv: ['cat'], io: lines }, { prefix: clock.prefix });
  const client = await keeper.attach(1);
  await client.next('hello');
  await client.write('a', 'before');
  clock.set(hour);
  const ack = await client.write('b', 'after');
  client.send({ op: 'close', reason: 'done' });
  await keeper.over;

  const records = keeper.records();
  const jump = records.findIndex(isJump);
  const written = records.findIndex((record) => record.d === 'in' && record.key === 'b');
  expect(jump).toBeGreaterThan(0);
  expect(jump).toBeLessThan(written);
  expect(records.slice(0, jump).every(({ t }) => t < records[jump]!.t - hour / 2)).toBe(true);
  expect(records.slice(jump).every(({ t }) => t > records[0]!.t + hour / 2)).toBe(true);
  expect(ack).toMatchObject({
    ev: 'ack',
    at: offsetOf(readFileSync(join(keeper.folder, files.journal), 'utf8'), 'b'),
  });
  expect(records.map(({ n }) => n)).toEqual(records.map((_, index) => index + 1));
});

/** Where the record of a line begins; everything is ASCII here. */
function offsetOf(journal: string, key: string): number {
  return journal.lastIndexOf('\n', journal.indexOf(`"key":"${key}"`)) + 1;
}
