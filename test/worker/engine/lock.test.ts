import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { acquireLock } from '../../../src/worker/engine/lock.js';
import { until } from '../../support/engine.js';
import type { Program } from '../../support/program.js';
import { compile, start } from '../../support/program.js';

describe('a lock on a file', () => {
  let holdLock: string;
  let folder: string;
  let file: string;
  let programs: Program[];

  beforeAll(async () => (holdLock = await compile('test/support/programs/hold-lock.ts')));
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'continuo-lock-'));
    file = join(folder, 'lock');
    programs = [];
  });
  afterEach(async () => {
    await Promise.all(programs.map((program) => program.end('SIGKILL')));
    await rm(folder, { recursive: true, force: true });
  });

  function tryInAnotherProcess(): Program {
    const program = start(holdLock, [file], process.env);
    programs.push(program);
    return program;
  }

  it('is refused to another process while one holds it, and free again after release', async () => {
    const lock = acquireLock(file);
    expect(lock).not.toBeNull();
    await tryInAnotherProcess().line('refused');
    lock?.release();
    await tryInAnotherProcess().line('held');
    expect(acquireLock(file)).toBeNull();
  });

  it('is free as soon as its holder is killed', async () => {
    const holder = tryInAnotherProcess();
    await holder.line('held');
    expect(acquireLock(file)).toBeNull();
    await holder.end('SIGKILL');
    await until(() => {
      const lock = acquireLock(file);
      lock?.release();
      return lock !== null;
    });
  });

  it('is held twice by nobody, not even in one process', () => {
    const first = acquireLock(file);
    expect(acquireLock(file)).toBeNull();
    first?.release();
  });
});
