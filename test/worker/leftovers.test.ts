import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cookieName, writeIdentity } from '../../src/activities/keeper/identity.js';
import { dataPaths } from '../../src/config/paths.js';
import { endLeftovers } from '../../src/worker/leftovers.js';
import { nameProcess } from '../../src/worker/process-name.js';
import { silent } from '../support/engine.js';

describe('programs that a killed worker left', () => {
  let root: string;
  beforeEach(async () => (root = await mkdtemp(join(tmpdir(), 'continuo-left-'))));
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('are ended when the next one starts', async () => {
    const paths = dataPaths(root);
    const run = join(paths.runs, 'shop', 'A-1');
    await mkdir(run, { recursive: true });
    const cookie = randomUUID();
    const program = spawn('sleep', ['600'], {
      detached: true,
      env: { ...process.env, [cookieName]: cookie },
    });
    const ended = once(program, 'exit');
    try {
      const { pid, start, bootId } = await nameProcess(program.pid!);
      writeIdentity(join(run, 'program.json'), { bootId, cookie, leader: { pid, start } });
      await endLeftovers(paths, silent);
      await ended;
      expect(program.signalCode).not.toBeNull();
    } finally {
      program.kill('SIGKILL');
    }
  });

  it('are looked for without harm where nothing has run yet', async () => {
    await endLeftovers(dataPaths(root), silent);
  });
});
