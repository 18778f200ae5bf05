import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { findWorkflowFile } from '../../src/config/discover.js';
import { ConfigError } from '../../src/config/errors.js';
import { withFiles } from './files.js';

const text = '---\n---\n';

describe('finding the workflow file', () => {
  it('takes the one that is given before the one in the working directory (WF-01, CLI-01)', async () => {
    await withFiles({ 'WORKFLOW.md': text, 'other.md': text, 'dir/WORKFLOW.md': text }, async (cwd) => {
      expect(await findWorkflowFile({ cwd, env: {} })).toBe(join(cwd, 'WORKFLOW.md'));
      expect(await findWorkflowFile({ cwd, env: {}, explicit: 'other.md' })).toBe(join(cwd, 'other.md'));
      expect(await findWorkflowFile({ cwd, env: {}, explicit: 'dir' })).toBe(join(cwd, 'dir/WORKFLOW.md'));
      const env = { CONTINUO_WORKFLOW: 'dir/WORKFLOW.md' };
      expect(await findWorkflowFile({ cwd, env })).toBe(join(cwd, 'dir/WORKFLOW.md'));
      expect(await findWorkflowFile({ cwd, env, explicit: 'other.md' })).toBe(join(cwd, 'other.md'));
    });
  });

  it('looks upwards as far as the top of the git repository', async () => {
    await withFiles({ 'WORKFLOW.md': text, 'repo/.git/HEAD': '', 'repo/a/b/x': '' }, async (folder) => {
      const cwd = join(folder, 'repo/a/b');
      await expect(findWorkflowFile({ cwd, env: {} })).rejects.toThrow(ConfigError);
    });
    await withFiles(
      { 'repo/WORKFLOW.md': text, 'repo/.git': 'gitdir: x', 'repo/a/b/x': '' },
      async (folder) => {
        const cwd = join(folder, 'repo/a/b');
        expect(await findWorkflowFile({ cwd, env: {} })).toBe(join(folder, 'repo/WORKFLOW.md'));
      },
    );
  });

  it('does not look upwards outside of a repository', async () => {
    await withFiles({ 'WORKFLOW.md': text, 'a/x': '' }, async (folder) => {
      await expect(findWorkflowFile({ cwd: join(folder, 'a'), env: {} })).rejects.toThrow(
        `${folder}/a/WORKFLOW.md: there is no WORKFLOW.md here; \`continuo init\` writes one`,
      );
    });
  });

  it('never falls back when the given one is missing (WF-13, CLI-02)', async () => {
    await withFiles({ 'WORKFLOW.md': text, 'a/x': '' }, async (cwd) => {
      await expect(findWorkflowFile({ cwd, env: {}, explicit: 'nope.md' })).rejects.toThrow(
        `${cwd}/nope.md: there is no such file`,
      );
      await expect(findWorkflowFile({ cwd, env: {}, explicit: 'a' })).rejects.toThrow(
        'no WORKFLOW.md in this folder',
      );
    });
  });
});
