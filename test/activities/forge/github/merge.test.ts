import { describe, expect, it } from '@jest/globals';
import type { MergeInput } from '../../../../src/activities/forge/github/merge.js';
import type { MergeChangeOutcome } from '../../../../src/workflows/change-port.js';
import { us, useChangeRig } from './change-rig.js';

describe('merging a change on GitHub', () => {
  const rig = useChangeRig();
  const pull = () => rig.shop.pull(1);
  const main = async () => (await rig.shop.branch('main')) ?? '';
  /** One that is ready for review. */
  const ready = async () => {
    const sha = await rig.work({ 'sum.js': 'one\n2\nthree\n' });
    await rig.show({ sha, isDraft: false });
    return sha;
  };
  const merge = (more: Partial<MergeInput> & { sha: string }): Promise<MergeChangeOutcome> =>
    rig.keeper().merge(rig.mergeInput(more), new AbortController().signal);
  const blocked = (words: RegExp) => ({ kind: 'blocked', message: expect.stringMatching(words) });
  const merges = () =>
    rig.github.calls.filter(({ method, path }) => method === 'PUT' && path.endsWith('/merge'));

  it('makes one commit of it that says whose it is, and says so again when it is repeated', async () => {
    const sha = await ready();
    const outcome = await merge({ sha });
    expect(outcome).toEqual({ kind: 'merged', sha: await main() });
    const message = await rig.shop.state.git.git(['log', '-1', '--format=%B', 'main']);
    expect(message).toMatch(/^Add the numbers \(#1\)\n\nTask GH-1 of shop\.\n\nContinuo-Task: shop\/GH-1\n/);
    expect(message).toContain(`Continuo-Change: ${sha}`);
    expect(await rig.shop.state.git.parents(await main())).toHaveLength(1);
    await rig.shop.push('main', { 'more.txt': 'x' });
    expect(await merge({ sha })).toEqual(outcome);
    expect(merges()).toHaveLength(1);
  });

  it.each([
    ['merge', 2],
    ['rebase', 1],
  ] as const)('does it by land.strategy %s', async (strategy, parents) => {
    const sha = await ready();
    await rig.shop.push('main', { 'more.txt': 'x' });
    expect(await merge({ sha, strategy })).toMatchObject({ kind: 'merged' });
    expect(await rig.shop.state.git.parents(await main())).toHaveLength(parents);
  });

  it('is not done twice by a worker that dies right after', async () => {
    const sha = await ready();
    rig.github.faults.add({ match: { method: 'PUT', path: /\/merge$/ }, isAfter: true, reset: true });
    await expect(merge({ sha })).rejects.toMatchObject({ type: 'forge_request', nonRetryable: false });
    expect(await merge({ sha })).toEqual({ kind: 'merged', sha: await main() });
    expect(merges()).toHaveLength(1);
  });

  it('looks again where the change is not at the commit any more, on another base, or closed', async () => {
    const sha = await ready();
    const head = await rig.shop.push('continuo/GH-1', { 'theirs.txt': 'x' }, { by: 'wes' });
    expect(await merge({ sha })).toEqual({ kind: 'moved' });
    expect(await merge({ sha: head, base: 'trunk' })).toEqual({ kind: 'moved' });
    rig.shop.closePullRequest(1);
    expect(await merge({ sha: head })).toEqual({ kind: 'moved' });
    expect(merges()).toEqual([]);
  });

  it('looks again where the base has moved against it, or has to be taken in first', async () => {
    const sha = await ready();
    rig.shop.protect('main', { isStrict: true });
    await rig.shop.push('main', { 'more.txt': 'x' });
    expect(await merge({ sha })).toEqual({ kind: 'moved' });
    rig.shop.unprotect('main');
    await rig.shop.push('main', { 'sum.js': 'one\nzwei\nthree\n' });
    expect(await merge({ sha })).toEqual({ kind: 'moved' });
    expect(merges()).toEqual([]);
  });

  it('sees it where the head moves at that moment', async () => {
    const sha = await ready();
    const match = { method: 'PUT', path: /\/merge$/ };
    const until = rig.shop.state.git
      .treeWith(sha, { 'theirs.txt': 'x' })
      .then(() => rig.shop.push('continuo/GH-1', { 'theirs.txt': 'x' }, { by: 'wes' }));
    rig.github.faults.add({ match, status: 409, body: { message: 'Head branch was modified.' }, until });
    expect(await merge({ sha })).toEqual({ kind: 'moved' });
  });

  it('tries again where the base moves at that moment, and says GitHub’s words where that goes on', async () => {
    const sha = await ready();
    const fault = {
      match: { method: 'PUT', path: /\/merge$/ },
      status: 405,
      body: { message: 'Base branch was modified.' },
    };
    rig.github.faults.add({ ...fault, times: 3 });
    expect(await merge({ sha })).toEqual(blocked(/Base branch was modified\..*: mend that$/));
    rig.github.faults.add(fault);
    expect(await merge({ sha })).toMatchObject({ kind: 'merged' });
  });

  it('leaves to GitHub what still misses something, where the repository allows that', async () => {
    const sha = await ready();
    rig.shop.protect('main', { requiredContexts: ['build'] });
    expect(await merge({ sha })).toEqual({ kind: 'queued' });
    expect(await merge({ sha })).toEqual({ kind: 'queued' });
    expect(pull().autoMerge).toMatchObject({ method: 'squash', by: { login: us } });
    rig.shop.check(sha, 'build', { conclusion: 'success' });
    await rig.github.settled();
    expect(await merge({ sha })).toEqual({ kind: 'merged', sha: await main() });
    expect(merges()).toEqual([]);
  });

  it('says what is missing where it does not', async () => {
    const sha = await ready();
    rig.shop.state.allowsAutoMerge = false;
    rig.shop.protect('main', { requiredContexts: ['build'], requiredApprovals: 1 });
    expect(await merge({ sha })).toEqual(
      blocked(/an approving review, the check build: see to that, or allow/),
    );
    expect(pull().mergedAt).toBeNull();
  });

  it('passes no protection over, also where it could', async () => {
    const sha = await ready();
    rig.shop.permit(us, 'admin');
    rig.shop.state.allowsAutoMerge = false;
    rig.shop.protect('main', { requiredContexts: ['build'], enforcesAdmins: false });
    expect(await merge({ sha })).toEqual(blocked(/the check build/));
    expect(merges()).toEqual([]);
  });

  it('goes through the merge queue where the base has one, once', async () => {
    const sha = await ready();
    rig.shop.protect('main', { hasMergeQueue: true });
    rig.github.faults.add({ match: { body: /enqueuePullRequest/ }, isAfter: true, reset: true });
    await expect(merge({ sha })).rejects.toMatchObject({ type: 'forge_request' });
    expect(await merge({ sha })).toEqual({ kind: 'queued' });
    expect(rig.shop.state.queue).toHaveLength(1);
    const landed = await rig.shop.mergeFromQueue();
    expect(await merge({ sha })).toEqual({ kind: 'merged', sha: landed });
  });

  it('waits for the queue to take it where something is missing for that', async () => {
    const sha = await ready();
    rig.shop.protect('main', { hasMergeQueue: true, requiredContexts: ['build'] });
    const refused = {
      data: { enqueuePullRequest: null },
      errors: [{ type: 'UNPROCESSABLE', message: 'Required status check "build" is expected.' }],
    };
    rig.github.faults.add({ match: { body: /enqueuePullRequest/ }, status: 200, body: refused });
    expect(await merge({ sha })).toEqual({ kind: 'queued' });
    expect(pull().autoMerge).not.toBeNull();
  });

  it('is taken back from queue and auto-merge, or says that it was merged already', async () => {
    const sha = await ready();
    const withdraw = () =>
      rig
        .keeper()
        .withdraw(
          { config: 'hash', project: 'shop', identifier: 'GH-1', number: 1 },
          new AbortController().signal,
        );
    rig.shop.protect('main', { requiredContexts: ['build'] });
    await merge({ sha });
    expect(await withdraw()).toEqual({ mergedSha: null });
    expect(pull().autoMerge).toBeNull();
    rig.shop.protect('main', { hasMergeQueue: true });
    await merge({ sha });
    rig.github.faults.add({ match: { body: /dequeuePullRequest/ }, isAfter: true, reset: true });
    await expect(withdraw()).rejects.toMatchObject({ type: 'forge_request', nonRetryable: false });
    expect(await withdraw()).toEqual({ mergedSha: null });
    expect(rig.shop.state.queue).toEqual([]);
    await merge({ sha });
    const landed = await rig.shop.mergeFromQueue();
    expect(await withdraw()).toEqual({ mergedSha: landed });
  });

  it('is blocked by a draft, and by a strategy that the repository does not allow', async () => {
    const sha = await ready();
    rig.shop.state.mergeMethods = ['merge', 'rebase'];
    expect(await merge({ sha })).toEqual(blocked(/land.strategy squash: allow .* to merge or rebase$/));
    rig.shop.state.mergeMethods = ['squash'];
    rig.shop.setDraft(1, true);
    expect(await merge({ sha })).toEqual(blocked(/#1 is a draft: mark it as ready for review/));
  });

  it('is blocked where it is gone, or may not be merged by us', async () => {
    const sha = await ready();
    expect(await merge({ sha, number: 7 })).toEqual(blocked(/no pull request #7 any more/));
    rig.shop.permit(us, 'read');
    expect(await merge({ sha })).toEqual(blocked(/docs\/forges\/github\.md/));
  });
});

describe('closing a change on GitHub', () => {
  const rig = useChangeRig();
  const branch = 'continuo/GH-1';
  const close = (text = 'It was rejected.') =>
    rig.keeper().close({
      config: 'hash',
      project: 'shop',
      identifier: 'GH-1',
      number: 1,
      text,
      branch,
    });
  const open = async () => {
    const sha = await rig.work({ 'sum.js': 'one\n2\nthree\n' });
    await rig.show({ sha, isDraft: false });
    return sha;
  };

  it.each([
    ['a comment', { method: 'POST', path: /\/comments$/ }],
    ['closing', { method: 'PATCH', path: /\/pulls\/1$/ }],
    ['the branch', { method: 'DELETE', path: /\/refs\// }],
  ])('says so once, and removes the branch, also when a worker dies after %s', async (_, match) => {
    await open();
    rig.github.faults.add({ match, isAfter: true, reset: true });
    await expect(close()).rejects.toMatchObject({ type: 'forge_request', nonRetryable: false });
    await close();
    await close();
    const { issue } = rig.shop.pull(1);
    expect(issue.state).toBe('closed');
    expect(issue.comments.map(({ body }) => body)).toEqual([
      expect.stringMatching(/^<!-- continuo:closed .*\nIt was rejected\.$/),
    ]);
    expect(await rig.shop.branch(branch)).toBeNull();
  });

  it('leaves a merged one alone, but for its branch', async () => {
    const sha = await open();
    await rig.keeper().merge(rig.mergeInput({ sha }), new AbortController().signal);
    expect(await close()).toEqual({ mergedSha: await rig.shop.branch('main') });
    expect(rig.shop.pull(1).issue.comments).toEqual([]);
    expect(await rig.shop.branch(branch)).toBeNull();
  });

  it('says nothing where there is nothing to say', async () => {
    await open();
    await close('');
    const { issue } = rig.shop.pull(1);
    expect([issue.state, issue.comments]).toEqual(['closed', []]);
  });

  it('is done where nothing is left to close', async () => {
    await close();
    expect(rig.shop.state.issues.size).toBe(0);
  });

  it('holds no task up where GitHub does not let us', async () => {
    await open();
    rig.shop.permit(us, 'read');
    await close();
    expect(rig.shop.pull(1).issue.state).toBe('closed');
    expect(rig.logged.join()).toContain('a pull request, or its branch, is left as it is');
  });
});
