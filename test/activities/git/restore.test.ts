import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from '../../../src/domain/task.js';
import type { PrepareOutcome, RestoreOutcome } from '../../../src/workflows/ports.js';
import { GitRig, git, read, write } from './rig.js';

let rig: GitRig;
let workspace: Workspace;
beforeEach(async () => {
  rig = new GitRig({ files: { 'a.txt': '1\n2\n3\n', '.gitignore': 'cache/\n' } });
  workspace = await rig.workspace();
});
afterEach(() => rig.remove());

function restore(sha: string | null): Promise<RestoreOutcome> {
  const identifier = 'SHOP-1';
  const input = {
    ...{ config: 'hash', project: rig.project, issueId: identifier, identifier, scope: [], workspace },
    ...{ session: null, message: 'Back to then', sha },
  };
  return new MockActivityEnvironment().run(() => rig.activities.restore(input));
}

function filesOf(commit: string): string[] {
  return rig.git('ls-tree', '-r', '--name-only', commit).split('\n');
}

describe('putting the work back', () => {
  it('makes the files those of the checkpoint, as the next one on the same ref', async () => {
    const first = await rig.commit(workspace, { 'one.txt': '1', 'both.txt': 'first' });
    rmSync(join(workspace.path, 'one.txt'));
    const second = await rig.commit(workspace, { 'two/deep.txt': '2', 'both.txt': 'second' });
    const outcome = await restore(first);
    if (outcome.kind !== 'restored' || outcome.checkpoint.kind !== 'committed')
      throw new Error('not restored');
    const { sha } = outcome.checkpoint;
    expect(outcome).toMatchObject({ baseSha: workspace.baseSha, conflicts: [] });
    expect(read(workspace.path, 'both.txt')).toBe('first');
    expect(read(workspace.path, 'one.txt')).toBe('1');
    expect(existsSync(join(workspace.path, 'two'))).toBe(false);
    expect(rig.git('rev-parse', workspace.ref)).toBe(sha);
    expect(rig.git('rev-parse', `${sha}^`)).toBe(second);
    expect(rig.git('rev-parse', `${sha}^{tree}`)).toBe(rig.git('rev-parse', `${first}^{tree}`));
    expect(rig.git('log', '-1', '--format=%s', sha)).toBe('Back to then');
    expect(read(workspace.runPath, 'diff.patch')).not.toContain('second');
  });

  it('is the base without any work', async () => {
    await rig.commit(workspace, { 'one.txt': '1' });
    await restore(null);
    expect(filesOf(workspace.ref)).toEqual(['.gitignore', 'a.txt']);
    expect(existsSync(join(workspace.path, 'one.txt'))).toBe(false);
  });

  it('makes no second checkpoint when it is repeated', async () => {
    const first = await rig.commit(workspace, { 'one.txt': '1' });
    await rig.commit(workspace, { 'one.txt': '2', 'two.txt': '2' });
    await restore(first);
    const sha = rig.git('rev-parse', workspace.ref);
    expect(await restore(first)).toMatchObject({ checkpoint: { kind: 'unchanged', sha } });
  });

  it('goes on after it was cut off half-way', async () => {
    const first = await rig.commit(workspace, { 'one.txt': '1', 'new.txt': 'n' });
    await rig.commit(workspace, { 'one.txt': '2', 'two.txt': '2' });
    // Some files are written, and the index is as before.
    write(workspace.path, { 'one.txt': 'half' });
    rmSync(join(workspace.path, 'two.txt'));
    expect(await restore(first)).toMatchObject({ checkpoint: { kind: 'committed' } });
    expect(rig.git('diff', '--name-only', first, workspace.ref)).toBe('');
    expect(read(workspace.path, 'one.txt')).toBe('1');
  });

  it('leaves alone what git ignores', async () => {
    const first = await rig.commit(workspace, { 'one.txt': '1' });
    write(workspace.path, { 'cache/big.bin': 'big' });
    await rig.commit(workspace, { 'two.txt': '2' });
    await restore(first);
    expect(read(workspace.path, 'cache/big.bin')).toBe('big');
  });

  it('goes nowhere through a link that stands where a folder was', async () => {
    const first = await rig.commit(workspace, { 'dir/one.txt': 'old' });
    const outside = join(rig.folder, 'outside');
    write(outside, { 'one.txt': 'theirs' });
    rmSync(join(workspace.path, 'dir'), { recursive: true });
    symlinkSync(outside, join(workspace.path, 'dir'));
    await rig.checkpoint(workspace);
    await restore(first);
    expect(read(outside, 'one.txt')).toBe('theirs');
    expect(read(workspace.path, 'dir/one.txt')).toBe('old');
  });

  it('does not lose what is saved before, though it holds a secret', async () => {
    const first = await rig.commit(workspace, { 'one.txt': '1' });
    const token = ['ghp_', 'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'].join('');
    write(workspace.path, { 'config.txt': `token = ${token}\n` });
    expect((await rig.checkpoint(workspace)).kind).toBe('secrets');
    await restore(first);
    expect(existsSync(join(workspace.path, 'config.txt'))).toBe(false);
    const kept = git(workspace.runPath, '--git-dir=host.git', 'show', 'refs/continuo/secrets:config.txt');
    expect(kept).toContain(token);
  });

  it('says so when the checkpoint is not there', async () => {
    expect(await restore('0123456789012345678901234567890123456789')).toEqual({
      kind: 'lost',
      message: 'the checkpoint 012345678901 is not on this host any more',
    });
  });
});

describe('putting work back that has taken a newer base in since', () => {
  const conflicting = async (): Promise<{ before: string; base: string; solved: string }> => {
    const before = await rig.commit(workspace, { 'a.txt': '1\nagent\n3\n', 'b.txt': 'b' });
    const base = rig.commitToBase({ 'a.txt': '1\nuser\n3\n', 'user.txt': 'user' });
    expect(await rig.rebase(rig.entry(workspace, before))).toMatchObject({ kind: 'conflict' });
    const solved = await rig.commit(workspace, { 'a.txt': '1\nboth\n3\n' });
    return { before, base, solved };
  };

  it('takes nothing back of what others have landed', async () => {
    await rig.commit(workspace, { 'c.txt': 'c' });
    const { before, base } = await conflicting();
    const outcome = await restore(before);
    expect(outcome).toMatchObject({ kind: 'restored', baseSha: base, conflicts: ['a.txt'] });
    expect(read(workspace.path, 'user.txt')).toBe('user');
    expect(read(workspace.path, 'a.txt')).toMatch(/^<{7} /m);

    const again = await rig.commit(workspace, { 'a.txt': '1\nmine\n3\n' });
    const { sha } = await rig.candidate(rig.entry(workspace, again));
    expect(rig.git('diff', '--name-only', base, sha).split('\n')).toEqual(['a.txt', 'b.txt', 'c.txt']);
  });

  it('is clean where the two fit', async () => {
    const early = await rig.commit(workspace, { 'c.txt': 'c' });
    const { base } = await conflicting();
    expect(await restore(early)).toMatchObject({ baseSha: base, conflicts: [] });
    expect(rig.git('diff', '--name-only', base, workspace.ref)).toBe('c.txt');
  });

  it('drops the merge that was offered and not solved yet', async () => {
    const before = await rig.commit(workspace, { 'a.txt': '1\nagent\n3\n' });
    rig.commitToBase({ 'a.txt': '1\nuser\n3\n', 'user.txt': 'user' });
    await rig.rebase(rig.entry(workspace, before));
    expect(await restore(before)).toMatchObject({ baseSha: workspace.baseSha, conflicts: [] });
    expect(existsSync(join(workspace.path, 'user.txt'))).toBe(false);
    const next = await rig.commit(workspace, { 'b.txt': 'b' });
    // It has not taken the base in, so it does not seem to delete what is new there.
    expect(rig.git('rev-list', '--parents', '-1', next).split(' ')).toHaveLength(2);
    expect(await rig.rebase(rig.entry(workspace, next))).toMatchObject({ kind: 'conflict' });
  });
});

describe('a workspace that begins with a checkpoint of another task', () => {
  const fork = async (sha: string): Promise<Workspace> => {
    const issue = rig.issue('SHOP-2');
    const input = {
      config: 'hash',
      project: rig.project,
      issue,
      headSha: null,
      from: { identifier: 'SHOP-1', sha },
    };
    const preparing = (): Promise<PrepareOutcome> => rig.activities.prepare(input);
    const outcome: PrepareOutcome = await new MockActivityEnvironment().run(preparing);
    if (outcome.kind !== 'ready') throw new Error(outcome.message);
    expect(outcome.headSha).toBe(sha);
    return outcome.workspace;
  };

  it('has its files and its history, a ref of its own, and leaves the other one alone', async () => {
    const first = await rig.commit(workspace, { 'one.txt': '1' });
    const second = await rig.commit(workspace, { 'one.txt': '2' });
    const other = await fork(first);
    expect(read(other.path, 'one.txt')).toBe('1');
    expect(other.baseSha).toBe(workspace.baseSha);
    const own = await rig.commit(other, { 'two.txt': '2' }, { identifier: 'SHOP-2' });
    expect(rig.git('rev-parse', `${own}^`)).toBe(first);
    expect(rig.git('rev-parse', other.ref)).toBe(own);
    expect(other.ref).not.toBe(workspace.ref);
    expect(rig.git('rev-parse', workspace.ref)).toBe(second);
    expect(read(workspace.path, 'one.txt')).toBe('2');
  });

  it('is the same when it is prepared again', async () => {
    const first = await rig.commit(workspace, { 'one.txt': '1' });
    const other = await fork(first);
    write(other.path, { 'two.txt': '2' });
    expect(await fork(first)).toEqual(other);
    expect(read(other.path, 'two.txt')).toBe('2');
  });

  it('pushes what it begins with to its own ref, also when nothing is changed', async () => {
    const first = await rig.commit(workspace, { 'one.txt': '1' });
    const other = await fork(first);
    expect(await rig.checkpoint(other, { identifier: 'SHOP-2' })).toMatchObject({
      kind: 'unchanged',
      sha: first,
    });
    expect(rig.git('rev-parse', other.ref)).toBe(first);
  });

  it('finds it on another host by the ref, also when the other task is over', async () => {
    const first = await rig.commit(workspace, { 'one.txt': '1' });
    await rig.cleanUp(workspace, false);
    rmSync(rig.paths.mirrors, { recursive: true });
    expect(read((await fork(first)).path, 'one.txt')).toBe('1');
  });

  it('says what is missing when the ref is gone', async () => {
    const first = await rig.commit(workspace, { 'one.txt': '1' });
    await rig.cleanUp(workspace, true);
    rmSync(rig.paths.mirrors, { recursive: true });
    await expect(fork(first)).rejects.toThrow(
      `the work of SHOP-1 is neither on this host nor in ${rig.user}: no refs/continuo/shop/SHOP-1/head* has ${first.slice(0, 12)}`,
    );
  });
});
