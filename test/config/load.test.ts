import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '../../src/config/errors.js';
import { loadConfig } from '../../src/config/load.js';
import { withFiles } from './files.js';
import { workflowText } from './workflow-file.js';

async function errorOf(file: string): Promise<ConfigError> {
  const outcome = await loadConfig(file, {}).catch((error: unknown) => error);
  if (outcome instanceof ConfigError) return outcome;
  throw new Error('the file was accepted', { cause: outcome });
}

describe('loading a workflow file', () => {
  it('resolves paths against the folder of the file, not the working directory (CFG-12)', async () => {
    await withFiles({ 'sub/WORKFLOW.md': workflowText({ workspace: '{ root: ws }' }) }, async (folder) => {
      const config = await loadConfig(join(folder, 'sub/WORKFLOW.md'), {});
      expect(config.file).toBe(join(folder, 'sub/WORKFLOW.md'));
      expect(config.workspace.root).toBe(join(folder, 'sub/ws'));
      expect(config.repository?.url).toBe(join(folder, 'sub'));
    });
  });

  it('takes Windows line ends and a byte order mark', async () => {
    const text = `\uFEFF${workflowText().replaceAll('\n', '\r\n')}`;
    await withFiles({ 'WORKFLOW.md': text }, async (folder) => {
      const config = await loadConfig(join(folder, 'WORKFLOW.md'), {});
      expect(config.prompt).toBe('Work on {{ issue.title }}.');
    });
  });

  it('says what is wrong with a file that cannot be read (WF-02)', async () => {
    await withFiles({ 'latin1.md': Uint8Array.of(0x2d, 0xe9, 0xff) }, async (folder) => {
      const missing = await errorOf(join(folder, 'WORKFLOW.md'));
      expect([missing.code, missing.message]).toEqual([
        'missing_workflow_file',
        `${folder}/WORKFLOW.md: there is no such file; \`continuo init\` writes one`,
      ]);
      await mkdir(join(folder, 'WORKFLOW.md'));
      const directory = await errorOf(join(folder, 'WORKFLOW.md'));
      expect(directory.message).toContain('this is a folder');
      const bytes = await errorOf(join(folder, 'latin1.md'));
      expect([bytes.code, bytes.message]).toEqual([
        'workflow_parse_error',
        `${folder}/latin1.md: the file is not UTF-8 text`,
      ]);
    });
  });
});
