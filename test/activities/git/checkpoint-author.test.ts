import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { personName } from '../../../src/domain/person.js';
import type { Workspace } from '../../../src/domain/task.js';
import type { CheckpointOutcome } from '../../../src/workflows/ports.js';
import { GitRig, write } from './rig.js';

describe('the checkpoint of what a person did', () => {
  let rig: GitRig;
  let workspace: Workspace;
  beforeEach(async () => {
    rig = new GitRig();
    workspace = await rig.workspace();
  });
  afterEach(() => rig.remove());

  const save = (author: string): Promise<CheckpointOutcome> =>
    new MockActivityEnvironment().run(() =>
      rig.activities.checkpoint({
        config: 'hash',
        project: rig.project,
        issueId: 'SHOP-1',
        identifier: 'SHOP-1',
        scope: [],
        workspace,
        session: null,
        message: 'Kept the old code',
        author,
      }),
    );

  it('is their commit, after the one of the agent, with the files that they changed', async () => {
    const agents = await rig.commit(workspace, { 'agent.txt': 'agent', 'gone.txt': 'x' });
    write(workspace.path, { 'person.txt': 'person', 'README.md': 'Shop, edited\n' });
    rmSync(join(workspace.path, 'gone.txt'));
    const outcome = await save('Ann Lee <ann@example.org>');
    expect(outcome).toMatchObject({ kind: 'committed', files: ['README.md', 'gone.txt', 'person.txt'] });
    expect(rig.git('log', '-2', '--format=%an|%ae|%s', workspace.ref).split('\n')).toEqual([
      'Ann Lee|ann@example.org|Kept the old code',
      'Continuo|continuo@localhost|Did it',
    ]);
    expect(rig.git('rev-parse', `${workspace.ref}^`)).toBe(agents);
    expect(rig.git('log', '-1', '--format=%(trailers:only)', workspace.ref)).toBe(
      'Continuo-Task: shop/SHOP-1',
    );
  });

  it('takes a person who has no mail', async () => {
    write(workspace.path, { 'person.txt': 'person' });
    expect(await save(personName('', '', 'ann'))).toMatchObject({ kind: 'committed' });
    expect(rig.git('log', '-1', '--format=%an|%ae', workspace.ref)).toBe('ann|');
  });

  it('names no more files than are read', async () => {
    write(workspace.path, Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`f${n}.txt`, `${n}`])));
    const outcome = await save('Ann <a@x>');
    expect(outcome.kind === 'committed' ? outcome.files : []).toHaveLength(50);
  });
});
