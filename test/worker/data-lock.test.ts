import { readFileSync, utimesSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readUpFile, upFile, writeUpFile } from '../../src/config/engine-file.js';
import type { DataPaths } from '../../src/config/paths.js';
import { dataPaths } from '../../src/config/paths.js';
import { lockData } from '../../src/worker/data-lock.js';
import { nameProcess } from '../../src/activities/keeper/process-name.js';
import { silent, until } from '../support/engine.js';
import type { Program } from '../support/program.js';
import { compile, start } from '../support/program.js';

const onLinux = process.platform === 'linux' ? it : it.skip;

describe('the right to work with a data directory', () => {
  let hold: string;
  let paths: DataPaths;
  let programs: Program[];
  beforeAll(async () => (hold = await compile('test/support/programs/hold-data.ts')));
  beforeEach(async () => {
    paths = dataPaths(await mkdtemp(join(tmpdir(), 'continuo-data-')));
    programs = [];
  });
  afterEach(async () => {
    await Promise.all(programs.map((program) => program.end('SIGKILL')));
    await rm(paths.root, { recursive: true, force: true });
  });

  async function holder(): Promise<Program> {
    const program = start(hold, [paths.root], process.env);
    programs.push(program);
    await program.line('held');
    return program;
  }

  async function freeze({ pid }: Program): Promise<void> {
    process.kill(pid, 'SIGSTOP');
    await until(() => /^State:\s*T/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')));
  }

  /** The first beat of a process is then the next one. */
  function makeBeatOld(): void {
    const anHourAgo = new Date(Date.now() - 3_600_000);
    utimesSync(upFile(paths), anHourAgo, anHourAgo);
  }

  const lock = (command: 'up' | 'worker' = 'up') => lockData(paths, command, 'shop', silent);

  it('is refused to a second process, with the first one and what to do in the message', async () => {
    const first = await lock();
    await expect(lock('worker')).rejects.toThrow(
      `Project shop is served on this host already, by \`continuo up\`, process ${process.pid} ` +
        `(data directory ${paths.root}). End it with \`continuo down\`, ` +
        'or give this one a data directory of its own by CONTINUO_DATA.',
    );
    first.release();
    (await lock('worker')).release();
  });

  it('tells other commands who has it and where the engine is, until it is released', async () => {
    const first = await lock();
    expect(readUpFile(paths)).toMatchObject({ ready: false });
    first.publish({ address: '127.0.0.1:7233', uiUrl: 'http://127.0.0.1:8233', ready: true, others: [] });
    expect(readUpFile(paths)).toMatchObject({
      command: 'up',
      project: 'shop',
      address: '127.0.0.1:7233',
      uiUrl: 'http://127.0.0.1:8233',
      ready: true,
      process: { pid: process.pid },
    });
    first.release();
    expect(readUpFile(paths)).toBeNull();
  });

  onLinux('is taken from a process that was stopped, which is ended', async () => {
    const frozen = await holder();
    await freeze(frozen);
    const said: string[] = [];
    const log = { ...silent, warn: (message: string) => void said.push(message) };
    const taken = await lockData(paths, 'up', 'shop', log);
    expect(await frozen.ended()).toBe('SIGKILL');
    expect(said).toEqual([expect.stringContaining('did no work')]);
    expect(readUpFile(paths)?.process.pid).toBe(process.pid);
    taken.release();
  });

  it('is taken from a process that hangs', async () => {
    const hanging = await holder();
    process.kill(hanging.pid, 'SIGUSR2');
    await hanging.line('hangs');
    makeBeatOld();
    const taken = await lock();
    expect(await hanging.ended()).toBe('SIGKILL');
    taken.release();
  });

  it('stays with a process whose beat looks old after a sleep of the machine or a change of its clock', async () => {
    const healthy = await holder();
    makeBeatOld();
    await expect(lock()).rejects.toThrow(`process ${healthy.pid}`);
    expect(await healthy.end('SIGTERM')).toBe('SIGTERM');
  });

  onLinux('never ends another process that has the pid by now', async () => {
    const real = await holder();
    const other = start(hold, [join(paths.root, 'other')], process.env);
    programs.push(other);
    await other.line('held');
    const name = await nameProcess(other.pid);
    const known = {
      command: 'up',
      project: 'shop',
      address: null,
      uiUrl: null,
      ready: true,
    } as const;
    writeUpFile(paths, { ...known, others: [], process: { ...name, start: '1' } });
    await freeze(other);
    await expect(lock()).rejects.toThrow('is served on this host already');
    process.kill(other.pid, 'SIGCONT');
    for (const program of [real, other]) expect(await program.end('SIGTERM')).toBe('SIGTERM');
  });
});
