import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endAll, testOwner } from '../../support/keepers.js';
import type { ProgramSpec } from '../../../src/activities/keeper/program.js';
import { EvictedError, LeftError, runProgram } from '../../../src/activities/keeper/program.js';
import { look } from '../../../src/activities/keeper/place.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'program-test-'));
});
afterEach(async () => {
  await endAll(folder);
  rmSync(folder, { recursive: true, force: true });
});

let places = 0;

/** Each call is a program of its own, unless it names a place. */
function bash(script: string, more: Partial<ProgramSpec> = {}) {
  return runProgram({
    place: file(`place-${(places += 1)}`),
    owner: testOwner,
    leaseMs: 30_000,
    epoch: 1,
    argv: ['bash', '-c', script],
    cwd: folder,
    env: { PATH: process.env.PATH ?? '' },
    stdin: null,
    output: join(folder, 'output'),
    timeoutMs: 30_000,
    ...more,
  });
}

const output = () => readFileSync(join(folder, 'output'), 'utf8');
const file = (name: string) => join(folder, name);

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(10);
}

/** Alive and no zombie; the test wrote the pid itself. */
function lives(pidFile: string): boolean {
  const pid = readFileSync(file(pidFile), 'utf8').trim();
  try {
    const state = execFileSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' }).trim();
    return state !== '' && !state.startsWith('Z');
  } catch {
    return false;
  }
}

describe('runProgram', () => {
  it('appends stdout and stderr to the output in their order and reports the exit code', async () => {
    await bash('echo before');
    const result = await bash('echo one; echo two >&2; echo three; exit 3');
    expect(result).toMatchObject({ kind: 'exited', exitCode: 3, signal: null });
    expect(output()).toBe('before\none\ntwo\nthree\n');
  });

  it('gives programs a real pipe, so that writing to /dev/stderr works and cuts nothing off', async () => {
    expect(await bash('echo one; echo two > /dev/stderr; echo three > /dev/stdout')).toMatchObject({
      exitCode: 0,
    });
    expect(output()).toBe('one\ntwo\nthree\n');
  });

  it('gives exactly the environment of the specification, and an empty stdin', async () => {
    await bash('cat; env', { env: { PATH: process.env.PATH ?? '', CANARY: 'seen' } });
    const names = output()
      .trim()
      .split('\n')
      .map((line) => line.split('=')[0]);
    expect(names.sort()).toEqual(['CANARY', 'CONTINUO_PROGRAM', 'PATH', 'PWD', 'SHLVL', '_']);
  });

  it('gives a megabyte of stdin to a program that reads it, and is not held up by one that does not', async () => {
    const stdin = 'ü'.repeat(512 * 1024);
    await bash('wc -c', { stdin });
    expect(output().trim()).toBe('1048576');
    expect(await bash('exec <&-; exit 7', { stdin })).toMatchObject({ kind: 'exited', exitCode: 7 });
  });

  it('lets a program go on whose output cannot be kept any more, and says so', async () => {
    if (!existsSync('/dev/full')) return;
    const script = 'for n in 1 2 3; do echo "$n"; sleep 0.05; done; echo end > ended; exit 3';
    expect(await bash(script, { output: '/dev/full' })).toMatchObject({
      kind: 'exited',
      exitCode: 3,
      outputProblem: expect.stringContaining('ENOSPC'),
    });
    expect(readFileSync(file('ended'), 'utf8')).toBe('end\n');
    expect(await bash('echo fine')).toMatchObject({ outputProblem: null });
  });

  it('reports the signal that ended the program', async () => {
    expect(await bash('kill -9 $$')).toMatchObject({ kind: 'exited', exitCode: null, signal: 'SIGKILL' });
  });

  it('says which program or folder is missing', async () => {
    const missing = await bash('', { argv: ['no-such-program'] });
    expect(missing).toMatchObject({
      kind: 'not_started',
      message: expect.stringContaining('no-such-program'),
    });
    const nowhere = await bash('true', { cwd: file('gone') });
    expect(nowhere).toMatchObject({ kind: 'not_started', message: expect.stringContaining(file('gone')) });
  });

  it('ends a program that hangs at its timeout, keeping what it wrote', async () => {
    const result = await bash('echo begun; sleep 1000', { timeoutMs: 1_000 });
    expect(result.kind).toBe('timed_out');
    expect(output()).toBe('begun\n');
  });

  it('kills a program that ignores TERM', async () => {
    const result = await bash(`trap '' TERM; echo $$ > pid; while :; do sleep 1; done`, { timeoutMs: 1_000 });
    expect(result.kind).toBe('timed_out');
    expect(lives('pid')).toBe(false);
  });

  it('ends children in sessions of their own, and those that a double fork has orphaned', async () => {
    const script = `
      setsid bash -c 'echo $$ > session; exec sleep 1000' &
      (setsid bash -c 'echo $$ > orphan; exec sleep 1000' > /dev/null 2>&1 &)
      (setsid env -i /bin/bash -c 'echo $$ > nameless; exec /bin/sleep 1000' &
       wait) &
      sleep 1000`;
    const controller = new AbortController();
    const running = bash(script, { end: controller.signal });
    const children = ['session', 'orphan', 'nameless'];
    await until(() => children.every((name) => existsSync(file(name)) && statSync(file(name)).size > 0));
    controller.abort();
    expect((await running).kind).toBe('cancelled');
    expect(children.filter(lives)).toEqual([]);
  });

  it('does not wait for a grandchild that holds the output open, and ends it', async () => {
    const result = await bash(`(setsid sleep 1000 & echo $! > pid); echo done`);
    expect(result).toMatchObject({ kind: 'exited', exitCode: 0 });
    expect(output()).toBe('done\n');
    expect(lives('pid')).toBe(false);
  });

  it('does not take closed outputs for the end of a program', async () => {
    const result = await bash(`exec >&- 2>&-; sleep 0.2; echo alive > mark; exit 5`);
    expect(result).toMatchObject({ kind: 'exited', exitCode: 5 });
    expect(existsSync(file('mark'))).toBe(true);
  });

  it('keeps head and tail of 100 MB of output, within the limit', async () => {
    const result = await bash(`echo first; yes 0123456789abcdef | head -c 100000000; echo last`, {
      outputLimitBytes: 100_000,
    });
    expect(result).toMatchObject({ kind: 'exited', exitCode: 0 });
    const text = output();
    expect(text.length).toBeLessThan(100_200);
    expect(text.startsWith('first\n0123456789abcdef\n')).toBe(true);
    expect(text.endsWith('last\n')).toBe(true);
    expect(text).toMatch(/\[\.\.\. \d+ bytes left out \.\.\.\]/);
  });

  it('keeps the very bytes of output that is no UTF-8', async () => {
    await bash(String.raw`printf 'a\xff\xfe\x00b'`);
    expect(readFileSync(file('output'))).toEqual(Buffer.from([0x61, 0xff, 0xfe, 0x00, 0x62]));
  });

  it('starts nothing when it was cancelled before', async () => {
    const result = await bash('touch mark', { end: AbortSignal.abort() });
    expect(result.kind).toBe('cancelled');
    expect(existsSync(file('mark'))).toBe(false);
  });

  it('does nothing twice: whoever comes to the place of a program later gets its result', async () => {
    const place = file('place');
    const first = await bash('echo once >> count; exit 4', { place });
    expect(await bash('echo once >> count; exit 4', { place, epoch: 2 })).toEqual(first);
    expect(readFileSync(file('count'), 'utf8')).toBe('once\n');
  });

  it('starts one program for any number of callers, and the newest of them gets its result', async () => {
    const place = file('place');
    const run = (epoch: number) =>
      bash('echo once >> count; until [ -e go ]; do sleep 0.02; done', { place, epoch });
    const older = [1, 2, 3, 4, 5].map((epoch) => run(epoch).catch((error: unknown) => error));
    const newest = run(6);
    for (const caught of older) expect(await caught).toBeInstanceOf(EvictedError);
    writeFileSync(file('go'), '');
    expect(await newest).toMatchObject({ kind: 'exited', exitCode: 0 });
    expect(readFileSync(file('count'), 'utf8')).toBe('once\n');
  });

  it('refuses an attempt that is older than one that was attached', async () => {
    const place = file('place');
    const running = bash('touch up; until [ -e go ]; do sleep 0.02; done', { place, epoch: 7 });
    await until(() => existsSync(file('up')));
    await expect(bash('true', { place, epoch: 6 })).rejects.toThrow(EvictedError);
    writeFileSync(file('go'), '');
    expect(await running).toMatchObject({ kind: 'exited' });
  });

  it('leaves a program running when it is asked to leave, and attaches to it again', async () => {
    const place = file('place');
    const leaving = new AbortController();
    const left = bash('echo once >> count; until [ -e go ]; do sleep 0.02; done; exit 6', {
      place,
      leave: leaving.signal,
    });
    await until(() => existsSync(file('count')));
    leaving.abort();
    await expect(left).rejects.toThrow(LeftError);
    const next = bash('exit 1', { place, epoch: 2 });
    writeFileSync(file('go'), '');
    expect(await next).toMatchObject({ kind: 'exited', exitCode: 6 });
    expect(readFileSync(file('count'), 'utf8')).toBe('once\n');
  });

  it('ends a program that runs already when the wish came before', async () => {
    const place = file('place');
    const leaving = new AbortController();
    const left = bash('echo $$ > pid; exec sleep 1000', { place, leave: leaving.signal });
    await until(() => existsSync(file('pid')) && statSync(file('pid')).size > 0);
    leaving.abort();
    await expect(left).rejects.toThrow(LeftError);
    expect(await bash('', { place, epoch: 2, end: AbortSignal.abort() })).toMatchObject({
      kind: 'cancelled',
    });
    expect(lives('pid')).toBe(false);
  });

  it('says that a program was lost when its keeper is killed, ends what is left, and starts it again', async () => {
    const place = file('place');
    const script = 'echo $$ >> pids; echo $$ > pid; (setsid sleep 1000 & echo $! > child); sleep 1000';
    const running = bash(script, { place });
    await until(() => existsSync(file('child')) && statSync(file('child')).size > 0);
    const found = await look(place);
    process.kill(found.kind === 'running' ? found.claim.process.pid : 0, 'SIGKILL');
    expect(await running).toMatchObject({ kind: 'lost' });
    expect(['pid', 'child'].filter(lives)).toEqual([]);
    expect(await look(place)).toMatchObject({ kind: 'lost' });

    expect(await bash('echo again', { place, epoch: 2 })).toMatchObject({ kind: 'exited', exitCode: 0 });
    expect(await look(place)).toMatchObject({ kind: 'ended', folder: join(place, 'gen-0002') });
  });

  it('ends a program at the end of its lease, when nobody is attached', async () => {
    const place = file('place');
    const leaving = new AbortController();
    const left = bash('echo $$ > pid; exec sleep 1000', { place, leaseMs: 300, leave: leaving.signal });
    await until(() => existsSync(file('pid')) && statSync(file('pid')).size > 0);
    leaving.abort();
    await expect(left).rejects.toThrow(LeftError);
    while ((await look(place)).kind === 'running') await sleep(20);
    expect(await look(place)).toMatchObject({ kind: 'ended', exit: { ending: { kind: 'lease' } } });
    expect(lives('pid')).toBe(false);
  });

  it('reaches the socket of a folder whose path is longer than a socket may have', async () => {
    const place = file(`${'long/'.repeat(30)}place`);
    expect(await bash('echo fine', { place })).toMatchObject({ kind: 'exited', exitCode: 0 });
  });

  it('ends a keeper that lives and does not answer', async () => {
    const place = file('place');
    const leaving = new AbortController();
    const left = bash('echo $$ > pid; exec sleep 1000', { place, leave: leaving.signal });
    await until(() => existsSync(file('pid')) && statSync(file('pid')).size > 0);
    const found = await look(place);
    process.kill(found.kind === 'running' ? found.claim.process.pid : 0, 'SIGSTOP');
    leaving.abort();
    await expect(left).rejects.toThrow(LeftError);
    expect(await bash('', { place, epoch: 2 })).toMatchObject({ kind: 'lost' });
    expect(lives('pid')).toBe(false);
  });
});
