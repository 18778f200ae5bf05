import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { listProcesses, readBootId, startOf } from '../../../src/activities/keeper/processes.js';
import { endLeftover } from '../../../src/activities/keeper/program.js';

let folder: string;
let started: ChildProcess[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'leftover-test-'));
  started = [];
});
afterEach(() => {
  started.forEach((child) => child.kill('SIGKILL'));
  rmSync(folder, { recursive: true, force: true });
});

const file = (name: string) => join(folder, name);
const pidIn = (name: string) => Number(readFileSync(file(name), 'utf8'));

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(10);
}

async function lives(pid: number): Promise<boolean> {
  return (await listProcesses()).some((candidate) => candidate.pid === pid);
}

/** A process of its own that runs the script as a program, as a worker does. */
async function startWorker(script: string): Promise<ChildProcess> {
  const source = fileURLToPath(new URL('../../../src/activities/keeper/program.ts', import.meta.url));
  const spec = {
    argv: ['bash', '-c', script],
    cwd: folder,
    env: { PATH: process.env.PATH },
    stdin: null,
    output: file('output'),
    timeoutMs: 600_000,
    identityFile: file('program.json'),
  };
  await build({
    stdin: {
      contents: `import { runProgram } from ${JSON.stringify(source)}; await runProgram(${JSON.stringify(spec)});`,
      resolveDir: process.cwd(),
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: file('worker.mjs'),
    logLevel: 'error',
  });
  const worker = spawn(process.execPath, [file('worker.mjs')], { stdio: 'inherit' });
  started.push(worker);
  return worker;
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = new Promise((done) => child.once('exit', done));
  child.kill('SIGKILL');
  await ended;
}

describe('endLeftover', () => {
  it('ends what a killed worker left: the program, its children, and those that left its session', async () => {
    const worker = await startWorker(`
      (trap '' TERM; echo $BASHPID > stubborn; while :; do sleep 1; done) &
      setsid bash -c 'echo $$ > session; exec sleep 1000' &
      echo $$ > program; sleep 1000`);
    const names = ['stubborn', 'session', 'program'];
    await until(() => names.every((name) => existsSync(file(name)) && statSync(file(name)).size > 0));
    await until(() => readFileSync(file('program.json'), 'utf8').includes('"pid"'));
    await kill(worker);

    expect(await endLeftover(file('program.json'))).toBe(true);
    expect(await Promise.all(names.map((name) => lives(pidIn(name))))).toEqual([false, false, false]);
    expect(existsSync(file('program.json'))).toBe(false);
    expect(await endLeftover(file('program.json'))).toBe(false);
  });

  it('finds a program whose worker died before it could note the pid', async () => {
    const bystander = spawn('sleep', ['1000'], {
      env: { PATH: process.env.PATH, CONTINUO_PROGRAM: 'known' },
      stdio: 'ignore',
    });
    started.push(bystander);
    writeFileSync(
      file('program.json'),
      JSON.stringify({ bootId: await readBootId(), cookie: 'known', leader: null }),
    );
    expect(await endLeftover(file('program.json'))).toBe(true);
    expect(await lives(bystander.pid!)).toBe(false);
  });

  it.each([
    ['of an earlier boot', { bootId: 'another' }],
    ['that the system has given to another program since', { start: '1' }],
  ])('never signals a pid %s', async (_, differs) => {
    const bystander = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
    started.push(bystander);
    const identity = { bootId: await readBootId(), start: await startOf(bystander.pid!), ...differs };
    writeFileSync(
      file('program.json'),
      JSON.stringify({
        bootId: identity.bootId,
        cookie: 'unknown',
        leader: { pid: bystander.pid, start: identity.start },
      }),
    );
    expect(await endLeftover(file('program.json'))).toBe(false);
    expect(await lives(bystander.pid!)).toBe(true);
  });

  it('takes an unreadable identity for none', async () => {
    writeFileSync(file('program.json'), '{"bootId":');
    expect(await endLeftover(file('program.json'))).toBe(false);
  });
});

describe('a killed worker', () => {
  it('takes its program with it where the kernel can do that', async () => {
    if (spawnSync('setpriv', ['--pdeathsig', 'KILL', '--', 'true']).status !== 0) return;
    const worker = await startWorker('echo $$ > program; while :; do sleep 0.05; done');
    await until(() => existsSync(file('program')) && statSync(file('program')).size > 0);
    await kill(worker);
    await until(async () => !(await lives(pidIn('program'))));
    expect(await lives(pidIn('program'))).toBe(false);
  });
});
