import { chmod, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { dataPaths } from '../../src/config/paths.js';
import { parseConfig } from '../../src/config/parse.js';
import { openConfigStore } from '../../src/config/store.js';
import { withFiles } from './files.js';
import { workflowText } from './workflow-file.js';

const config = parseConfig('/srv/shop/WORKFLOW.md', workflowText({ workspace: '{ root: $WS }' }), {
  WS: '/one',
});

async function failureOf(work: Promise<unknown>): Promise<ApplicationFailure> {
  const outcome = await work.catch((error: unknown) => error);
  if (outcome instanceof ApplicationFailure) return outcome;
  throw new Error('no failure', { cause: outcome });
}

describe('the configuration store', () => {
  it('gives a configuration back by its hash, also to another process', async () => {
    await withFiles({}, async (folder) => {
      const paths = dataPaths(folder);
      await openConfigStore(paths, {}).put(config);
      const again = await openConfigStore(paths, { WS: '/one' }).get(config.hash);
      expect(again).toEqual(config);
    });
  });

  it('keeps the names of variables, not their values, and is readable by its user alone (SEC-04)', async () => {
    await withFiles({}, async (folder) => {
      const paths = dataPaths(folder);
      await openConfigStore(paths, {}).put(config);
      expect(await readdir(paths.configs)).toEqual([`${config.hash}.json`]);
      const file = join(paths.configs, `${config.hash}.json`);
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect((await stat(paths.configs)).mode & 0o777).toBe(0o700);
      expect(await readFile(file, 'utf8')).not.toContain('/one');
      const elsewhere = await openConfigStore(paths, { WS: '/two' }).get(config.hash);
      expect(elsewhere.workspace.root).toBe('/two');
    });
  });

  it('fails as config_missing for a hash that it does not know', async () => {
    await withFiles({ 'secret.json': '{"file":"/x","text":""}' }, async (folder) => {
      const paths = dataPaths(folder);
      for (const hash of ['0'.repeat(64), '../secret', '']) {
        const failure = await failureOf(openConfigStore(paths, {}).get(hash));
        expect([failure.type, failure.nonRetryable]).toEqual(['config_missing', true]);
      }
    });
  });

  it('puts the same configuration twice, and repairs a file that was cut off', async () => {
    await withFiles({}, async (folder) => {
      const paths = dataPaths(folder);
      const store = openConfigStore(paths, { WS: '/one' });
      await store.put(config);
      await store.put(config);
      const file = join(paths.configs, `${config.hash}.json`);
      await chmod(file, 0o600);
      await writeFile(file, '{"file":');
      await failureOf(openConfigStore(paths, {}).get(config.hash));
      await openConfigStore(paths, {}).put(config);
      expect((await openConfigStore(paths, { WS: '/one' }).get(config.hash)).hash).toBe(config.hash);
    });
  });

  it('answers from memory when the file is gone', async () => {
    await withFiles({}, async (folder) => {
      const paths = dataPaths(folder);
      const store = openConfigStore(paths, {});
      await store.put(config);
      await rm(paths.configs, { recursive: true });
      expect(await store.get(config.hash)).toBe(config);
    });
  });
});
