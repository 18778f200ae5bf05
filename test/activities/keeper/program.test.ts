import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProgramSpec } from '../../../src/activities/keeper/program.js';
import { EndedElsewhereError, endLeftover, runProgram } from '../../../src/activities/keeper/program.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'program-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function bash(script: string, more: Partial<ProgramSpec> = {}) {
  return runProgram({
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

  it.each(['sleep 1000', 'trap "exit 0" TERM; touch ready; while :; do sleep 0.02; done'])(
    'has no result for a program that somebody else ended: %s',
    async (script) => {
      const identityFile = file('program.json');
      const caught = bash(`touch started; ${script}`, { identityFile }).catch((error: unknown) => error);
      await until(() => existsSync(file('started')) && readFileSync(identityFile, 'utf8').includes('"pid"'));
      if (script.includes('ready')) await until(() => existsSync(file('ready')));
      expect(await endLeftover(identityFile)).toBe(true);
      expect(await caught).toBeInstanceOf(EndedElsewhereError);
    },
  );

  it('has no result for a program whose place another one has taken', async () => {
    const identityFile = file('program.json');
    const other = { bootId: 'another', cookie: 'another', leader: null };
    // The place has to be taken before another one can take it over.
    const script = `until [ -s ${identityFile} ]; do sleep 0.05; done; sleep 0.2; echo '${JSON.stringify(other)}' > ${identityFile}; exit 1`;
    await expect(bash(script, { identityFile })).rejects.toThrow(EndedElsewhereError);
    expect(JSON.parse(readFileSync(identityFile, 'utf8'))).toEqual(other);
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
    const running = bash(script, { signal: controller.signal });
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
    const result = await bash('touch mark', { signal: AbortSignal.abort() });
    expect(result.kind).toBe('cancelled');
    expect(existsSync(file('mark'))).toBe(false);
  });

  it('names the program while it runs, and no longer', async () => {
    const identityFile = file('program.json');
    await bash(`cp program.json seen.json`, { identityFile });
    expect(existsSync(identityFile)).toBe(false);
    expect(JSON.parse(readFileSync(file('seen.json'), 'utf8'))).toMatchObject({ cookie: expect.any(String) });
  });
});
