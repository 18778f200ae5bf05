import { readFile, readdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { writeLedger } from '../../../src/activities/tracker/ledger.js';
import { dataPaths } from '../../../src/config/paths.js';
import { ledgerRecord } from '../../../src/domain/ledger.js';
import { newTask } from '../../../src/domain/task.js';
import { withFiles } from '../../config/files.js';
import { testIssue } from '../../support/fake-ports.js';

const record = (identifier: string, runId = 'run') =>
  ledgerRecord(newTask('shop', testIssue({ identifier })), 'done', {
    workflowId: `task/shop/${identifier}`,
    runId,
  });

describe('the ledger', () => {
  it('has one file for each run, however often it is written', async () => {
    await withFiles({}, async (folder) => {
      const paths = dataPaths(folder);
      const file = await writeLedger(paths, record('one'));
      expect(await writeLedger(paths, record('one'))).toBe(file);
      expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(record('one'));
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      await writeLedger(paths, record('one', 'second run'));
      expect(await readdir(dirname(file))).toHaveLength(2);
    });
  });

  it.each(['.', '..', 'a/b', '../../x', '🎉', 'x'.repeat(300), 'a\nb'])(
    'stays in its folder for %.20j',
    async (identifier) => {
      await withFiles({}, async (folder) => {
        const paths = dataPaths(folder);
        const file = await writeLedger(paths, record(identifier));
        expect(dirname(file)).toBe(`${paths.ledger}/shop`);
      });
    },
  );
});
