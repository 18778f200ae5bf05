import { existsSync, linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { protocolVersion } from '../../../../src/activities/keeper/protocol.js';
import type { Rig } from './rig.js';
import { createRig, lines, recordsOf, until, withCookie } from './rig.js';

let rig: Rig;
beforeEach(async () => {
  rig = await createRig();
});
afterEach(() => rig.end());

const echo = { argv: ['cat'], io: lines };

describe('a claim', () => {
  it('is taken by one of six keepers; the others end and start nothing', async () => {
    const generation = join(rig.folder, 'gen');
    const script = 'echo once >> starts; cat';
    const keepers = Array.from({ length: 6 }, () =>
      rig.start({ argv: ['bash', '-c', script], io: lines }, { generation }),
    );
    const late = await Promise.race(
      keepers.map(async (keeper, index) => ({ index, code: await keeper.over })),
    );
    expect(late.code).toBe(75);
    const claim = await keepers[0]!.claim();
    const holder = keepers.find(({ pid }) => pid === claim.process.pid)!;
    const others = keepers.filter((keeper) => keeper !== holder);
    expect(await Promise.all(others.map(({ over }) => over))).toEqual([75, 75, 75, 75, 75]);
    const client = await holder.attach(1);
    await client.next('hello');
    client.send({ op: 'close', reason: 'done' });
    expect(await holder.over).toBe(0);
    expect(readFileSync(join(rig.folder, 'starts'), 'utf8')).toBe('once\n');
    expect(statSync(join(generation, 'keeper.json')).mode & 0o777).toBe(0o600);
  });

  it('respects a tombstone', async () => {
    const generation = join(rig.folder, 'buried');
    const stone = join(rig.folder, 'stone');
    writeFileSync(stone, '{"kind":"tombstone"}');
    const keeper = rig.start({ argv: ['touch', 'mark'] }, { generation });
    linkSync(stone, join(generation, 'keeper.json'));
    expect(await keeper.over).toBe(75);
    expect(existsSync(join(rig.folder, 'mark'))).toBe(false);
  });

  it.each([
    ['no JSON', 'no'],
    ['another version', JSON.stringify({ version: 99 })],
  ])('is not taken for %s', async (_, text) => {
    const keeper = rig.start({}, { prefix: ['bash', '-c', `echo '${text}' | "$@"`, 'bash'] });
    expect(await keeper.over).toBe(1);
    expect(keeper.log()).toContain('the specification');
    expect(existsSync(join(keeper.folder, 'keeper.json'))).toBe(false);
  });

  it('ends the program when its folder is removed', async () => {
    const keeper = rig.start(echo);
    const client = await keeper.attach(1);
    await client.next('hello');
    rmSync(keeper.folder, { recursive: true });
    const { exit } = await client.next('exit');
    expect(exit.ending).toEqual({ kind: 'closed', reason: 'the folder of its keeper is gone' });
    expect(await keeper.over).toBe(0);
  });
});

describe('the writer', () => {
  it('has its lines journalled, delivered and acknowledged, each key once', async () => {
    const keeper = rig.start(echo);
    const client = await keeper.attach(5);
    expect(await client.next('hello')).toMatchObject({ exit: null, stalled: null, epoch: 5, attached: true });
    const first = await client.write('one', '{"a":1}');
    expect(first).toMatchObject({ ev: 'ack', duplicate: false });
    expect(await client.write('one', '{"a":2}')).toEqual({ ...first, duplicate: true });
    await client.write('two', 'ü\u2028');
    await until(() => keeper.records().length === 4);
    const journal = readFileSync(join(keeper.folder, 'journal.log'));
    const [record] = recordsOf(journal.subarray('at' in first ? first.at : 0).toString());
    expect(record).toMatchObject({ d: 'in', key: 'one', s: '{"a":1}' });
    const records = keeper.records();
    expect(records.map(({ n }) => n)).toEqual([1, 2, 3, 4]);
    expect(records.flatMap((found) => (found.d === 'out' ? found.s : []))).toEqual(['{"a":1}', 'ü\u2028']);
    client.send({ op: 'close', reason: 'done' });
    const { exit } = await client.next('exit');
    expect(exit).toEqual(keeper.exit());
    expect(exit).toMatchObject({ ending: { kind: 'closed', reason: 'done' }, outputProblem: null });
    expect(exit.end).toBe(statSync(join(keeper.folder, 'journal.log')).size);
    expect(keeper.records().at(-1)).toMatchObject({ d: 'exit' });
    await client.closed;
    expect(await keeper.over).toBe(0);
    expect(keeper.log()).toBe('');
    expect(existsSync(join(keeper.folder, 'sock'))).toBe(false);
  });

  it('is evicted by a higher epoch; an equal or lower one is refused', async () => {
    const keeper = rig.start(echo);
    const old = await keeper.attach(5);
    await old.next('hello');
    for (const epoch of [5, 4]) {
      const stale = await keeper.attach(epoch);
      expect(await stale.next('error')).toMatchObject({ code: 'STALE' });
      expect(await stale.write('k', 'x')).toMatchObject({ ev: 'error', code: 'NOT_WRITER' });
    }
    const next = await keeper.attach(6);
    expect(await next.next('hello')).toMatchObject({ epoch: 6 });
    expect(await old.next('evicted')).toEqual({ ev: 'evicted', epoch: 6 });
    await old.closed;
    expect(await next.write('k', 'x')).toMatchObject({ ev: 'ack' });
  });

  it('is the only one whose frames count, and readers see the journal grow', async () => {
    const keeper = rig.start(echo);
    const readers = [await keeper.attach(), await keeper.attach()];
    for (const reader of readers)
      expect(await reader.next('hello')).toMatchObject({ attached: false, epoch: null });
    expect(await readers[0]!.write('k', 'x')).toMatchObject({ code: 'NOT_WRITER', key: 'k' });
    const client = await keeper.attach(1);
    await client.write('k', 'x');
    for (const reader of readers) expect((await reader.next('grew')).end).toBeGreaterThan(0);
  });

  it('and the program are not held up by a reader that does not read, which learns the end once it does', async () => {
    const keeper = rig.start({
      argv: ['bash', '-c', 'for i in $(seq 3000); do echo $i; done; cat'],
      io: lines,
    });
    const slow = await keeper.attach();
    slow.socket.pause();
    const client = await keeper.attach(1);
    await client.next('hello');
    for (let key = 0; key < 200; key += 1) {
      expect(await client.write(`k${key}`, 'x'.repeat(100))).toMatchObject({ ev: 'ack' });
    }
    await until(() => keeper.records().length === 3_000 + 2 * 200);
    slow.socket.resume();
    const { size } = statSync(join(keeper.folder, 'journal.log'));
    await until(async () => (await slow.next('grew')).end === size);
    expect(keeper.status('VmHWM')).toBeLessThan(100_000);
  });

  it('is refused by another keeper, and by another version', async () => {
    const keeper = rig.start(echo);
    const { id } = await keeper.claim();
    const client = await keeper.connect();
    client.send({ op: 'attach', version: protocolVersion, id: 'another', epoch: 1 });
    expect(await client.next('error')).toMatchObject({ code: 'WRONG_KEEPER' });
    client.send({ op: 'attach', version: 9, id, epoch: 1 });
    expect(await client.next('error')).toMatchObject({ code: 'WRONG_VERSION' });
  });

  it('gets an answer to every bad frame, and the keeper goes on', async () => {
    const keeper = rig.start(echo);
    const client = await keeper.attach(1);
    await client.next('hello');
    for (const bad of ['{', '[]', 'null', '{"op":"write","key":1}', '{"op":"dance"}', '\u0000']) {
      client.socket.write(`${bad}\n`);
      expect(await client.next('error')).toMatchObject({ code: 'BAD_FRAME' });
    }
    expect(await client.write('k', 'two\nlines')).toMatchObject({ code: 'BAD_FRAME', key: 'k' });
    const endless = await keeper.connect();
    endless.socket.write(Buffer.alloc(17 * 1024 * 1024, 0x20));
    expect(await endless.next('error')).toMatchObject({ code: 'BAD_FRAME' });
    await endless.closed;
    expect(await client.write('k', 'fine')).toMatchObject({ ev: 'ack' });
  });

  it('can send signals to all of the program', async () => {
    const script = `trap 'echo int' INT; echo ready; while :; do sleep 0.02; done`;
    const keeper = rig.start({ argv: ['bash', '-c', script], io: lines });
    const client = await keeper.attach(1);
    await until(() => keeper.records().some((record) => record.d === 'out'));
    client.send({ op: 'signal', signal: 'SIGINT' });
    await until(() => keeper.records().some((record) => record.d === 'out' && record.s === 'int'));
    client.send({ op: 'signal', signal: 'SIGKILL' });
    const { exit } = await client.next('exit');
    expect(exit.ending).toEqual({ kind: 'exited', exitCode: null, signal: 'SIGKILL' });
  });
});

describe('the end', () => {
  it('comes when nobody writes for the time of the lease: readers do not count', async () => {
    const keeper = rig.start({ ...echo, leaseMs: 300 });
    const reader = await keeper.attach();
    const { exit } = await reader.next('exit');
    expect(exit.ending).toEqual({ kind: 'lease' });
  });

  it('does not come by the lease while a writer is there, but after it has left', async () => {
    const keeper = rig.start({ ...echo, leaseMs: 1_500 });
    const client = await keeper.attach(1);
    await client.next('hello');
    const twice = rig.start({ argv: ['sleep', '1.7'] });
    await twice.over;
    expect(await client.write('k', 'still here')).toMatchObject({ ev: 'ack' });
    client.socket.destroy();
    await keeper.over;
    expect(keeper.exit().ending).toEqual({ kind: 'lease' });
  });

  it.each([
    ['its time is up', { timeoutMs: 300 }, { kind: 'timed_out' }],
    ['the journal is full', { io: { kind: 'lines', journalLimitBytes: 100_000 } }, { kind: 'output_limit' }],
  ] as const)('comes when %s, also for a program that ignores TERM', async (_, more, ending) => {
    const script = `trap '' TERM; yes | head -c 200000; while :; do sleep 0.1; done`;
    const keeper = rig.start({ argv: ['bash', '-c', script], io: lines, ...more });
    expect(await keeper.over).toBe(0);
    expect(keeper.exit().ending).toEqual(ending);
    expect(await withCookie(rig.folder)).toEqual([]);
  });

  it('comes by SIGTERM to the keeper; other signals are ignored', async () => {
    const keeper = rig.start(echo);
    const client = await keeper.attach(1);
    await client.next('hello');
    keeper.signal('SIGHUP');
    keeper.signal('SIGINT');
    expect(await client.write('k', 'x')).toMatchObject({ ev: 'ack' });
    keeper.signal('SIGTERM');
    const { exit } = await client.next('exit');
    expect(exit.ending).toEqual({ kind: 'closed', reason: 'keeper got SIGTERM' });
  });

  it('takes no more lines once it was asked for', async () => {
    const script = `trap '' TERM; while :; do sleep 0.02; done`;
    const keeper = rig.start({ argv: ['bash', '-c', script], io: lines });
    const client = await keeper.attach(1);
    await client.write('first', 'x');
    client.send({ op: 'close', reason: 'enough' });
    expect(await client.write('k', 'x')).toMatchObject({ code: 'ENDED' });
    expect(await client.write('first', 'x')).toMatchObject({ ev: 'ack', duplicate: true });
    await client.next('exit');
  });

  it.each([
    [{ argv: ['no-such-program'] }, 'no-such-program'],
    [{ cwd: '/no/such/folder' }, '/no/such/folder'],
    [{ io: { kind: 'output', stdin: null, file: '/no/such/file', limitBytes: 1 } }, '/no/such/file'],
  ] as const)('says why nothing could be started: %j', async (spec, named) => {
    const keeper = rig.start(JSON.parse(JSON.stringify(spec)) as typeof echo);
    expect(await keeper.over).toBe(0);
    expect(keeper.exit().ending).toMatchObject({
      kind: 'not_started',
      message: expect.stringContaining(named),
    });
  });
});
