import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmodSync } from 'node:fs';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createTrackerActivities } from '../../../src/activities/tracker/activities.js';
import type { TransitionOutcome } from '../../../src/workflows/ports.js';
import { GitRig, git, read, write } from '../git/rig.js';

const file = 'tasks/SHOP-1.md';

describe('the state of an issue that is over', () => {
  let rig: GitRig;
  const open = (bare: boolean, state = 'Todo') => {
    rig = new GitRig({ bare, files: { [file]: `---\nstate: ${state} # mine\n---\nText\n`, 'a.txt': '1\n' } });
  };
  beforeEach(() => open(true));
  afterEach(() => rig.remove());

  const move = (state = 'Cancelled', issueId = 'SHOP-1'): Promise<TransitionOutcome> => {
    const tracker = createTrackerActivities(rig.deps);
    const input = { config: 'hash', project: rig.project, issueId, identifier: issueId, state };
    return new MockActivityEnvironment().run(() => tracker.transition(input));
  };

  it('is set by a commit of its own on the base, which changes the task file alone', async () => {
    expect(await move()).toEqual({ kind: 'moved', from: 'Todo' });
    expect(rig.git('show', `main:${file}`)).toBe('---\nstate: Cancelled # mine\n---\nText');
    expect(rig.git('diff', '--name-only', 'main^', 'main')).toBe(file);
    expect(rig.git('log', '-1', '--format=%s|%an|%(trailers:only)', 'main')).toContain(
      'Set SHOP-1 to Cancelled|Continuo|Continuo-Task: shop/SHOP-1',
    );
  });

  it('is set once, however often it is asked for', async () => {
    await move();
    expect(await move()).toEqual({ kind: 'left' });
    expect(rig.git('rev-list', '--count', 'main')).toBe('2');
  });

  it('is left alone where somebody has moved it or removed it', async () => {
    rig.remove();
    open(true, 'Backlog');
    expect(await move()).toEqual({ kind: 'left' });
    expect(await move('Cancelled', 'SHOP-2')).toEqual({ kind: 'left' });
    expect(rig.git('rev-list', '--count', 'main')).toBe('1');
  });

  it('is put on a base that moved at the last moment', async () => {
    // The hook is the other side's own, and somebody else's commit is there when it has run.
    const other = rig.git('commit-tree', '-p', 'main', '-m', 'Theirs', 'main^{tree}');
    write(rig.user, {
      'hooks/pre-receive': `#!/bin/sh\n[ -e moved ] && exit 0\ntouch moved\nunset GIT_QUARANTINE_PATH\ngit update-ref refs/heads/main ${other}\n`,
    });
    chmodSync(`${rig.user}/hooks/pre-receive`, 0o755);
    expect(await move()).toEqual({ kind: 'moved', from: 'Todo' });
    expect(rig.git('log', '--format=%s', 'main').split('\n')).toEqual([
      'Set SHOP-1 to Cancelled',
      'Theirs',
      'First',
    ]);
  });

  it('moves a checkout of the base along', async () => {
    rig.remove();
    open(false);
    expect(await move()).toEqual({ kind: 'moved', from: 'Todo' });
    expect(read(rig.user, file)).toContain('state: Cancelled');
    expect(git(rig.user, 'status', '--porcelain')).toBe('');
  });

  it('overwrites nothing of a person’s there', async () => {
    rig.remove();
    open(false);
    write(rig.user, { [file]: 'half written' });
    const outcome = await move();
    expect(outcome).toMatchObject({ kind: 'blocked', message: expect.stringContaining(file) });
    // A task that is over is not tried again.
    expect(JSON.stringify(outcome)).not.toContain('continuo retry');
    expect(read(rig.user, file)).toBe('half written');
    expect(rig.git('rev-list', '--count', 'main')).toBe('1');
  });

  it('says so when the other side does not take it', async () => {
    write(rig.user, { 'hooks/update': '#!/bin/sh\necho only by review; exit 1\n' });
    chmodSync(`${rig.user}/hooks/update`, 0o755);
    expect(await move()).toMatchObject({
      kind: 'blocked',
      message: expect.stringContaining('only by review'),
    });
  });
});
