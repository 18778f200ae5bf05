import { afterEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openForge } from '../../../src/activities/forge/registry.js';
import type { Landing } from '../../../src/activities/forge/forge.js';
import { forgeContract } from '../../contracts/forge.js';
import type { ForgeRig } from '../../contracts/forge.js';
import { GitRig, commitAll, git, read, write } from '../git/rig.js';

async function openRig(bare: boolean): Promise<ForgeRig> {
  const rig = new GitRig({ bare });
  let tasks = 0;
  const clone = join(rig.folder, 'clone');
  await Promise.resolve();
  return {
    forge: openForge(rig.config, rig.deps),
    async landing() {
      tasks += 1;
      const identifier = `SHOP-${tasks}`;
      const workspace = await rig.workspace(identifier);
      const sha = await rig.commit(workspace, { [`${identifier}.txt`]: 'work' }, { identifier });
      const entry = rig.entry(workspace, sha, { identifier });
      return { entry, candidate: await rig.candidate(entry) };
    },
    head: () => rig.git('rev-parse', 'main'),
    moveBase() {
      if (!bare) return rig.commitToBase({ 'theirs.txt': 't' });
      git(rig.folder, 'clone', '--quiet', rig.user, clone);
      write(clone, { 'theirs.txt': 't' });
      const sha = commitAll(clone, 'Somebody else');
      git(clone, 'push', '--quiet', 'origin', 'HEAD:main');
      return sha;
    },
    refuse(words) {
      const hooks = join(rig.user, bare ? 'hooks' : '.git/hooks');
      mkdirSync(hooks, { recursive: true });
      writeFileSync(join(hooks, 'pre-receive'), `#!/bin/sh\necho ${words} >&2\nexit 1\n`, { mode: 0o755 });
    },
    remove: () => rig.remove(),
  };
}

forgeContract('local, bare', () => openRig(true));
forgeContract('local, checked out', () => openRig(false));

describe('a base that is checked out', () => {
  let rig: GitRig;
  afterEach(() => rig.remove());

  async function landing(files: Record<string, string>, base: Record<string, string>): Promise<Landing> {
    rig = new GitRig({ files: base });
    const workspace = await rig.workspace();
    const entry = rig.entry(workspace, await rig.commit(workspace, files));
    return { entry, candidate: await rig.candidate(entry) };
  }

  const merge = (change: Landing) => openForge(rig.config, rig.deps).merge(change);
  const blocked = (words: string): object => ({ kind: 'blocked', message: expect.stringContaining(words) });

  it('moves together with its files, and untracked files stay', async () => {
    const change = await landing({ 'a.txt': 'new' }, { 'a.txt': 'old' });
    write(rig.user, { 'notes.txt': 'mine' });
    expect(await merge(change)).toEqual({ kind: 'merged' });
    expect(read(rig.user, 'a.txt')).toBe('new');
    expect(read(rig.user, 'notes.txt')).toBe('mine');
    expect(rig.git('status', '--porcelain')).toBe('?? notes.txt');
    expect(rig.git('config', '--get-all', 'core.bare')).toBe('false');
    expect(() => rig.git('config', 'receive.denyCurrentBranch')).toThrow();
  });

  const edits: [string, () => void][] = [
    ['edited', () => write(rig.user, { 'b.txt': 'mine' })],
    [
      'staged',
      () => {
        write(rig.user, { 'b.txt': 'mine' });
        rig.git('add', 'b.txt');
      },
    ],
  ];

  it.each(edits)(
    'waits while files there are %s, names them, and lands when they are not',
    async (_, edit) => {
      const change = await landing({ 'a.txt': 'new' }, { 'a.txt': 'old', 'b.txt': 'b' });
      edit();
      const outcome = await merge(change);
      expect(outcome).toEqual(
        blocked('b.txt changed there; commit or stash that, then continuo retry SHOP-1'),
      );
      expect(read(rig.user, 'b.txt')).toBe('mine');
      expect(read(rig.user, 'a.txt')).toBe('old');
      rig.git('stash');
      expect(await merge(change)).toEqual({ kind: 'merged' });
      rig.git('stash', 'pop');
      expect(read(rig.user, 'b.txt')).toBe('mine');
    },
  );

  it.each([
    ['untracked', {}, { 'new.txt': 'mine' }],
    ['ignored', { '.gitignore': 'new.txt\n' }, { 'new.txt': 'mine' }],
  ])('never overwrites a file that is %s there', async (_, base, mine) => {
    const change = await landing({ 'new.txt': 'agent', '.gitignore': '' }, { 'a.txt': '', ...base });
    write(rig.user, mine);
    expect(await merge(change)).toEqual(blocked('new.txt would be overwritten'));
    expect(read(rig.user, 'new.txt')).toBe('mine');
  });

  it('never removes a file that stands where a folder is to be', async () => {
    const change = await landing({ 'new/file.txt': 'agent' }, { 'a.txt': '' });
    write(rig.user, { new: 'mine' });
    expect(await merge(change)).toEqual(blocked('new would be overwritten'));
    expect(read(rig.user, 'new')).toBe('mine');
  });

  it('is found in a linked working tree as well', async () => {
    const change = await landing({ 'a.txt': 'new' }, { 'a.txt': 'old' });
    rig.git('switch', '--quiet', '-c', 'other');
    const linked = join(rig.folder, 'linked');
    rig.git('worktree', 'add', '--quiet', linked, 'main');
    write(linked, { 'a.txt': 'mine' });
    expect(await merge(change)).toEqual(blocked(`main is checked out in ${linked}: a.txt changed there`));
    git(linked, 'restore', 'a.txt');
    expect(await merge(change)).toEqual({ kind: 'merged' });
    expect(read(linked, 'a.txt')).toBe('new');
    expect(read(rig.user, 'a.txt')).toBe('old');
  });

  it('does not move while it is being rebased', async () => {
    const change = await landing({ 'a.txt': 'new' }, { 'a.txt': 'old' });
    rig.git('-c', 'sequence.editor=sed -i s/pick/edit/', 'rebase', '--quiet', '-i', '--root');
    const outcome = await merge(change);
    expect(outcome).toEqual(blocked('a rebase is under way there; finish it'));
    rig.git('rebase', '--abort');
    expect(await merge(change)).toEqual({ kind: 'merged' });
  });

  it('does not matter when another branch is checked out', async () => {
    const change = await landing({ 'a.txt': 'new' }, { 'a.txt': 'old' });
    rig.git('switch', '--quiet', '-c', 'other');
    write(rig.user, { 'a.txt': 'mine' });
    expect(await merge(change)).toEqual({ kind: 'merged' });
    expect(read(rig.user, 'a.txt')).toBe('mine');
  });
});
