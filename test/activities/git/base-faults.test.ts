import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { renameSync } from 'node:fs';
import type { LandStrategy } from '../../../src/domain/config-view.js';
import { FailureType } from '../../../src/domain/failure.js';
import type { LandingEntry } from '../../../src/domain/landing.js';
import type { Workspace } from '../../../src/domain/task.js';
import { testWorkspace } from '../../support/fake-ports.js';
import { GitRig, read } from './rig.js';

const strategies: LandStrategy[] = ['squash', 'rebase', 'merge'];

let rig: GitRig;
let workspace: Workspace;
afterEach(() => rig.remove());

describe('a base that is not there', () => {
  let entry: LandingEntry;

  beforeEach(async () => {
    rig = new GitRig({ bare: true });
    workspace = await rig.workspace();
    entry = rig.entry(workspace, await rig.commit(workspace, { 'one.txt': '1' }));
  });

  it('is waited for with a message when it was renamed or deleted, before and after verification', async () => {
    const candidate = await rig.candidate(entry);
    rig.git('branch', '--move', 'main', 'trunk');
    const blocked = {
      kind: 'blocked',
      message: expect.stringMatching(/there is no branch main in .*; it has trunk: .* or make main/),
    };
    expect(await rig.rebase(entry)).toEqual(blocked);
    expect(await rig.merge(entry, candidate)).toEqual(blocked);
    rig.git('branch', '--move', 'trunk', 'main');
    expect(await rig.merge(entry, candidate)).toEqual({ kind: 'merged' });
  });

  it('is waited for with a message when the whole repository is gone', async () => {
    renameSync(rig.user, `${rig.user}-moved`);
    expect(await rig.rebase(entry)).toMatchObject({
      kind: 'blocked',
      message: expect.stringContaining(`there is no folder ${rig.user}`),
    });
  });

  it('is left as it is when a hook of one branch refuses, in the hook’s words', async () => {
    const candidate = await rig.candidate(entry);
    rig.hook('update', '[ "$1" != refs/heads/main ] || { echo "main is protected" >&2; exit 1; }');
    const head = rig.git('rev-parse', 'main');
    const outcome = await rig.merge(entry, candidate);
    expect(outcome).toMatchObject({ kind: 'blocked', message: expect.stringContaining('main is protected') });
    expect(rig.git('rev-parse', 'main')).toBe(head);
  });
});

describe('a base that cannot be reached', () => {
  it('is a failure that is tried again, with what git says', async () => {
    rig = new GitRig({ repository: 'http://127.0.0.1:1/shop.git' });
    await expect(rig.rebase(rig.entry(testWorkspace, '1'.repeat(40)))).rejects.toMatchObject({
      type: FailureType.repository,
      nonRetryable: false,
      message: expect.stringMatching(/http:\/\/127\.0\.0\.1:1\/shop\.git cannot be used: git fetch failed/),
    });
  });
});

describe('a base that was moved back', () => {
  beforeEach(async () => {
    rig = new GitRig({ files: { 'README.md': 'Shop\n', 'a.txt': '1\n2\n3\n' } });
    rig.commitToBase({ 'secret.txt': 'a mistake', 'a.txt': '1\n2\n3\nmistake\n' });
    workspace = await rig.workspace();
  });

  it.each(strategies)('by %s gets the change, and not what somebody took out of it', async (strategy) => {
    await rig.commit(workspace, { 'one.txt': '1' });
    const sha = await rig.commit(workspace, { 'two.txt': '2' });
    rig.git('reset', '--quiet', '--hard', 'HEAD~1');
    const base = rig.commitToBase({ 'theirs.txt': 't' });

    const candidate = await rig.candidate(rig.entry(workspace, sha, { strategy, source: 'prompt' }));
    expect(candidate.baseSha).toBe(base);
    expect(rig.git('diff', '--name-only', base, candidate.sha).split('\n')).toEqual(['one.txt', 'two.txt']);
    const files = rig.git('log', '--format=', '--name-only', candidate.sha).split('\n');
    expect(files).not.toContain('secret.txt');
  });

  it.each(strategies)('by %s sends back what needs the commit that is gone', async (strategy) => {
    const sha = await rig.commit(workspace, { 'a.txt': '1\n2\n3\nmended\n' });
    rig.git('reset', '--quiet', '--hard', 'HEAD~1');
    const entry = rig.entry(workspace, sha, { strategy, source: 'prompt' });
    expect(await rig.rebase(entry)).toMatchObject({ kind: 'conflict', files: ['a.txt'] });
    expect(read(workspace.path, 'a.txt')).toContain('<<<<<<<');

    const solved = await rig.commit(workspace, { 'a.txt': '1\n2\n3\nour own\n' });
    const candidate = await rig.candidate({ ...entry, sha: solved });
    expect(rig.git('diff', '--name-only', 'main', candidate.sha)).toBe('a.txt');
    const files = rig.git('log', '--format=', '--name-only', candidate.sha).split('\n');
    expect(files).not.toContain('secret.txt');
  });
});
