import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readUpFile } from '../../src/config/engine-file.js';
import type { DataPaths } from '../../src/config/paths.js';
import { dataPaths } from '../../src/config/paths.js';
import { lockData } from '../../src/worker/data-lock.js';

describe('the right to work with a data directory', () => {
  let paths: DataPaths;
  beforeEach(async () => (paths = dataPaths(await mkdtemp(join(tmpdir(), 'continuo-data-')))));
  afterEach(() => rm(paths.root, { recursive: true, force: true }));

  it('is refused to a second process, with the first one and what to do in the message', async () => {
    const lock = await lockData(paths, 'up', 'shop');
    await expect(lockData(paths, 'worker', 'shop')).rejects.toThrow(
      `Project shop is served on this host already, by \`continuo up\`, process ${process.pid} ` +
        `(data directory ${paths.root}). End it with \`continuo down\`, ` +
        'or give this one a data directory of its own by CONTINUO_DATA.',
    );
    lock.release();
    (await lockData(paths, 'worker', 'shop')).release();
  });

  it('tells other commands who has it and where the engine is, until it is released', async () => {
    const lock = await lockData(paths, 'up', 'shop');
    lock.publish({ address: '127.0.0.1:7233', uiUrl: 'http://127.0.0.1:8233' });
    expect(readUpFile(paths)).toMatchObject({
      command: 'up',
      project: 'shop',
      address: '127.0.0.1:7233',
      uiUrl: 'http://127.0.0.1:8233',
      process: { pid: process.pid },
    });
    lock.release();
    expect(readUpFile(paths)).toBeNull();
  });
});
