import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from '../../../src/domain/task.js';
import type { AdoptOutcome } from '../../../src/workflows/change-port.js';
import { GitRig, git, read, write } from './rig.js';

const branch = 'continuo/SHOP-1';

let rig: GitRig;
let workspace: Workspace;
beforeEach(async () => {
  rig = new GitRig({ files: { 'a.txt': '1\n2\n3\n' } });
  workspace = await rig.workspace();
});
afterEach(() => rig.remove());

function adopt(sha: string, from: string): Promise<AdoptOutcome> {
  const identifier = 'SHOP-1';
  const input = {
    ...{ config: 'hash', project: rig.project, issueId: identifier, identifier, scope: [], workspace },
    ...{ session: null, message: 'Take in what was pushed', sha, branch, from },
  };
  return new MockActivityEnvironment().run(() => rig.activities.adopt(input));
}

/** What a person commits in a worktree of theirs on top of a commit, and pushes to the branch of the task. */
function push(on: string, files: Record<string, string>): string {
  rig.git('branch', '--force', branch, on);
  const place = join(rig.folder, 'person');
  rig.git('worktree', 'add', '--quiet', place, branch);
  write(place, files);
  git(place, 'add', '-A');
  git(place, '-c', 'user.name=Ann', 'commit', '--quiet', '-m', 'By hand');
  const sha = git(place, 'rev-parse', 'HEAD');
  rig.git('worktree', 'remove', '--force', place);
  return sha;
}

describe('what a person pushes to the branch of a task', () => {
  it('is the work from then on', async () => {
    const ours = await rig.commit(workspace, { 'one.txt': '1' });
    const theirs = push(ours, { 'two.txt': 'two' });
    const outcome = await adopt(theirs, ours);
    expect(outcome).toMatchObject({
      files: ['two.txt'],
      conflicts: [],
      by: 'Ann',
      baseSha: workspace.baseSha,
    });
    expect(outcome.checkpoint).toMatchObject({ sha: theirs });
    expect(read(workspace.path, 'two.txt')).toBe('two');
    expect(rig.git('rev-parse', workspace.ref)).toBe(theirs);
  });

  it('is what is there now where somebody has moved it again meanwhile', async () => {
    const ours = await rig.commit(workspace, { 'one.txt': '1' });
    const gone = push(ours, { 'two.txt': 'two' });
    const theirs = push(ours, { 'three.txt': 'three' });
    expect(await adopt(gone, ours)).toMatchObject({ sha: theirs, files: ['three.txt'] });
    expect(existsSync(join(workspace.path, 'two.txt'))).toBe(false);
  });

  it('is joined with what the agent has done since, also where nothing of that was saved', async () => {
    const ours = await rig.commit(workspace, { 'one.txt': '1' });
    const theirs = push(ours, { 'two.txt': 'two' });
    const later = await rig.commit(workspace, { 'three.txt': '3' });
    write(workspace.path, { 'four.txt': '4' });
    const { checkpoint, conflicts } = await adopt(theirs, ours);
    expect(conflicts).toEqual([]);
    if (checkpoint.kind === 'secrets' || checkpoint.sha === null) throw new Error('not saved');
    const parents = rig.git('rev-list', '--parents', '-1', checkpoint.sha).split(' ').slice(1);
    expect(parents[1]).toBe(theirs);
    expect(rig.git('merge-base', later, checkpoint.sha)).toBe(later);
    for (const file of ['one.txt', 'two.txt', 'three.txt', 'four.txt'])
      expect(existsSync(join(workspace.path, file))).toBe(true);
  });

  it('has marks in the files where the two do not fit', async () => {
    const ours = await rig.commit(workspace, { 'one.txt': '1' });
    const theirs = push(ours, { 'one.txt': 'theirs' });
    await rig.commit(workspace, { 'one.txt': 'ours' });
    expect((await adopt(theirs, ours)).conflicts).toEqual(['one.txt']);
    expect(read(workspace.path, 'one.txt')).toContain('<<<<<<<');
  });

  it('is taken in once', async () => {
    const ours = await rig.commit(workspace, { 'one.txt': '1' });
    const theirs = push(ours, { 'two.txt': 'two' });
    await rig.commit(workspace, { 'three.txt': '3' });
    const first = await adopt(theirs, ours);
    const again = await adopt(theirs, ours);
    expect(again.checkpoint).toMatchObject({ sha: (first.checkpoint as { sha: string }).sha });
    expect(again.files).toEqual(['two.txt']);
  });

  it('may have a newer base in it, with which the work is compared then', async () => {
    const ours = await rig.commit(workspace, { 'one.txt': '1' });
    const base = rig.commitToBase({ 'base.txt': 'new' });
    const merged = rig.git('commit-tree', '-p', ours, '-p', base, '-m', 'Merge', `${base}^{tree}`);
    rig.git('branch', '--force', branch, merged);
    expect((await adopt(merged, ours)).baseSha).toBe(base);
  });
});
