import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Octokit } from 'octokit';
import type { GitHub, GitHubRepository } from './index.js';
import { openGitHub } from './index.js';
import { octokitFor } from './octokit.js';

let github: GitHub;
let widgets: GitHubRepository;
let octokit: Octokit;
let rev: Octokit;
const at = { owner: 'acme', repo: 'widgets' };
const one = { ...at, pull_number: 1 };

beforeEach(async () => {
  github = await openGitHub();
  const roles = { ana: 'write', rev: 'write', rob: 'read' } as const;
  const files = { 'a.txt': 'one\ntwo\nthree\n' };
  widgets = await github.repository('acme/widgets', { roles, files });
  octokit = octokitFor(github, github.token('ana'));
  rev = octokitFor(github, github.token('rev'));
});

afterEach(() => github.close());

async function open(files: Record<string, string> = { 'b.txt': 'new\n' }, body = '') {
  await widgets.push('topic', files, { by: 'ana' });
  return (await octokit.rest.pulls.create({ ...at, title: 'Add b', body, head: 'topic', base: 'main' })).data;
}

const get = async () => (await octokit.rest.pulls.get(one)).data;

describe('a pull request', () => {
  it('is created once for a branch that has something new', async () => {
    const create = (head: string, base = 'main') =>
      octokit.rest.pulls.create({ ...at, title: 'x', head, base });
    await expect(create('topic')).rejects.toMatchObject({ status: 422 });
    await widgets.push('topic', { 'b.txt': 'new\n' });
    expect((await create('topic')).data).toMatchObject({
      number: 1,
      head: { ref: 'topic', label: 'acme:topic', sha: await widgets.branch('topic') },
      mergeable: true,
      mergeable_state: 'clean',
      commits: 1,
      additions: 1,
      changed_files: 1,
    });
    await expect(create('topic')).rejects.toMatchObject({
      status: 422,
      response: { data: { errors: [{ message: 'A pull request already exists for acme:topic.' }] } },
    });
    await expect(create('main')).rejects.toMatchObject({
      response: { data: { errors: [{ message: 'No commits between main and main' }] } },
    });
  });

  it('is one for two who create it at once', async () => {
    await widgets.push('topic', { 'b.txt': 'new\n' });
    const create = () => octokit.rest.pulls.create({ ...at, title: 'x', head: 'topic', base: 'main' });
    const settled = await Promise.allSettled([create(), create(), create()]);
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(widgets.state.issues.size).toBe(1);
  });

  it('is listed by head, base and state, edited, closed and reopened', async () => {
    await open();
    const numbers = async (query: object) =>
      (await octokit.rest.pulls.list({ ...at, ...query })).data.map(({ number }) => number);
    expect(await numbers({ head: 'acme:topic' })).toEqual([1]);
    expect(await numbers({ head: 'acme:other' })).toEqual([]);
    expect(await numbers({ base: 'other' })).toEqual([]);
    const edit = { title: 'Better', body: 'Closes nothing', state: 'closed' } as const;
    const { data } = await octokit.rest.pulls.update({ ...one, ...edit });
    expect(data).toMatchObject({ ...edit, merged: false, mergeable: null });
    expect(await numbers({})).toEqual([]);
    expect(await numbers({ state: 'closed' })).toEqual([1]);
    await octokit.rest.pulls.update({ ...one, state: 'open' });
    expect(await numbers({})).toEqual([1]);
    expect((await octokit.rest.issues.listForRepo(at)).data).toMatchObject([{ pull_request: {} }]);
  });

  it('shows its files and commits as git has them', async () => {
    await open({ 'b.txt': 'new\n', 'a.txt': 'one\n2\nthree\n' });
    const files = (await octokit.rest.pulls.listFiles(one)).data;
    expect(files).toMatchObject([
      { filename: 'a.txt', status: 'modified', additions: 1, deletions: 1 },
      { filename: 'b.txt', status: 'added', patch: '@@ -0,0 +1 @@\n+new' },
    ]);
    expect((await octokit.rest.pulls.listCommits(one)).data).toMatchObject([
      { sha: await widgets.branch('topic'), author: { login: 'ana' }, commit: { message: 'Change files' } },
    ]);
  });

  it('moves with a push to its head, and closes with the branch', async () => {
    await open();
    const sha = await widgets.push('topic', { 'c.txt': 'more\n' });
    expect(await get()).toMatchObject({ head: { sha }, commits: 2 });
    expect((await widgets.state.git.ref('refs/pull/1/head'))?.sha).toBe(sha);
    await widgets.deleteBranch('topic');
    expect(widgets.issue(1)).toMatchObject({ state: 'closed', pull: { mergedAt: null } });
  });

  it('is merged by a push that brings its head to the base', async () => {
    const { head } = await open();
    await octokit.rest.git.updateRef({ ...at, ref: 'heads/main', sha: head.sha });
    expect(await get()).toMatchObject({ state: 'closed', merged: true, merge_commit_sha: head.sha });
  });
});

describe('a merge', () => {
  it.each(['merge', 'squash', 'rebase'] as const)('is made for real: %s', async (method) => {
    widgets.openIssue({ title: 'Broken' });
    await widgets.push('topic', { 'b.txt': 'new\n' }, { message: 'Add b' });
    const pull = await widgets.openPullRequest({ title: 'Add b', body: 'Fixes #1', head: 'topic' });
    const before = await widgets.push('main', { 'a.txt': 'changed\n' });
    const { data } = await octokit.rest.pulls.merge({
      ...at,
      pull_number: pull.issue.number,
      merge_method: method,
      sha: pull.head.sha,
    });
    expect(await widgets.branch('main')).toBe(data.sha);
    const { git } = widgets.state;
    expect(await git.parents(data.sha)).toEqual(method === 'merge' ? [before, pull.head.sha] : [before]);
    expect(String(await git.file('main', 'b.txt'))).toBe('new\n');
    expect(String(await git.file('main', 'a.txt'))).toBe('changed\n');
    expect(widgets.issue(1)).toMatchObject({ state: 'closed', stateReason: 'completed' });
    await expect(octokit.rest.pulls.merge({ ...at, pull_number: pull.issue.number })).rejects.toMatchObject({
      status: 405,
    });
  });

  it('is refused for another head, a conflict, a draft and a method that is off', async () => {
    const { head } = await open({ 'a.txt': 'mine\n' });
    const merge = (more: object = {}) => octokit.rest.pulls.merge({ ...one, ...more });
    await expect(merge({ sha: '1'.repeat(40) })).rejects.toMatchObject({ status: 409 });
    widgets.state.mergeMethods = ['merge'];
    await expect(merge({ merge_method: 'squash' })).rejects.toMatchObject({ status: 405 });
    widgets.setDraft(1, true);
    expect(await get()).toMatchObject({ draft: true, mergeable_state: 'draft' });
    await expect(merge()).rejects.toMatchObject({ status: 405 });
    widgets.setDraft(1, false);
    await widgets.push('main', { 'a.txt': 'theirs\n' });
    expect(await get()).toMatchObject({ mergeable: false, mergeable_state: 'dirty' });
    await expect(merge({ sha: head.sha })).rejects.toMatchObject({ status: 405 });
    expect(widgets.issue(1).state).toBe('open');
  });

  it('waits for what the protection of the base asks', async () => {
    await open();
    widgets.protect('main', { requiredContexts: ['ci'], requiredApprovals: 1, isStrict: true });
    const refused = (message: RegExp) =>
      expect(octokit.rest.pulls.merge(one)).rejects.toMatchObject({
        status: 405,
        message: expect.stringMatching(message),
      });
    await refused(/At least 1 approving review is required/);
    await rev.rest.pulls.createReview({ ...one, event: 'APPROVE' });
    await refused(/Required status check "ci" is expected/);
    expect(await get()).toMatchObject({ mergeable_state: 'blocked' });
    const run = widgets.check(widgets.pull(1).head.sha, 'ci');
    await refused(/is pending/);
    widgets.editCheck(run, { conclusion: 'success' });
    await widgets.push('main', { 'c.txt': 'meanwhile\n' });
    expect(await get()).toMatchObject({ mergeable_state: 'behind' });
    await refused(/out of date/);
    const { status } = await octokit.rest.pulls.updateBranch(one);
    expect(status).toBe(202);
    await refused(/"ci" is expected/);
    widgets.status(widgets.pull(1).head.sha, 'ci', 'success');
    expect(await get()).toMatchObject({ mergeable_state: 'clean' });
    await octokit.rest.pulls.merge(one);
    expect(await get()).toMatchObject({ merged: true, merged_by: { login: 'ana' } });
  });

  it('waits for open conversations, and does not go past a merge queue', async () => {
    await open();
    widgets.protect('main', { requiresConversationResolution: true });
    const comments = [{ path: 'b.txt', line: 1, body: 'Why?' }];
    await widgets.review(1, { by: 'rev', state: 'COMMENTED', comments });
    await expect(octokit.rest.pulls.merge(one)).rejects.toMatchObject({ status: 405 });
    for (const thread of widgets.pull(1).threads) widgets.setResolved(thread, true);
    widgets.protect('main', { hasMergeQueue: true });
    await expect(octokit.rest.pulls.merge(one)).rejects.toMatchObject({
      message: expect.stringMatching(/merge queue/),
    });
    widgets.protect('main');
    await octokit.rest.pulls.merge(one);
  });
});

describe('reviews', () => {
  it('have comments on lines, replies and dismissals', async () => {
    await open({ 'a.txt': 'one\n2\nthree\n' });
    const { data } = await rev.rest.pulls.createReview({
      ...one,
      event: 'REQUEST_CHANGES',
      body: 'Not yet',
      comments: [{ path: 'a.txt', line: 2, body: 'A digit?' }],
    });
    expect(data).toMatchObject({ state: 'CHANGES_REQUESTED', user: { login: 'rev' } });
    const [comment] = (await octokit.rest.pulls.listReviewComments(one)).data;
    expect(comment).toMatchObject({ line: 2, path: 'a.txt', body: 'A digit?', side: 'RIGHT' });
    expect(comment?.diff_hunk).toBe('@@ -1,3 +1,3 @@\n one\n-two\n+2');
    const to = { ...one, comment_id: Number(comment?.id), body: 'Yes.' };
    const reply = (await octokit.rest.pulls.createReplyForReviewComment(to)).data;
    expect(reply).toMatchObject({ in_reply_to_id: comment?.id, user: { login: 'ana' } });
    await octokit.rest.pulls.dismissReview({ ...one, review_id: data.id, message: 'Settled' });
    const { data: reviews } = await octokit.rest.pulls.listReviews(one);
    expect(reviews.map(({ state }) => state)).toEqual(['DISMISSED', 'COMMENTED']);
    await widgets.push('topic', { 'a.txt': 'one\ntwo\nthree\nfour\n' });
    const [outdated] = (await octokit.rest.pulls.listReviewComments(one)).data;
    expect(outdated).toMatchObject({ original_line: 2 });
    expect(outdated?.line).toBeUndefined();
  });

  it('are refused on a line that is not in the diff, and of one’s own work', async () => {
    await open({ 'a.txt': 'one\n2\nthree\n' });
    const comments = [{ path: 'a.txt', line: 9, body: 'Where?' }];
    const refused = { status: 422 };
    await expect(rev.rest.pulls.createReview({ ...one, event: 'COMMENT', comments })).rejects.toMatchObject(
      refused,
    );
    await expect(octokit.rest.pulls.createReview({ ...one, event: 'APPROVE' })).rejects.toMatchObject(
      refused,
    );
    expect(widgets.pull(1).reviews).toEqual([]);
  });

  it('are requested of collaborators, count from those who may write, and grow stale when told to', async () => {
    await open();
    widgets.protect('main', { requiredApprovals: 1, dismissesStaleReviews: true });
    await octokit.rest.pulls.requestReviewers({ ...one, reviewers: ['rev'] });
    expect(await get()).toMatchObject({ requested_reviewers: [{ login: 'rev' }] });
    await expect(
      octokit.rest.pulls.requestReviewers({ ...one, reviewers: ['stranger'] }),
    ).rejects.toMatchObject({ status: 422 });
    await widgets.review(1, { by: 'rob', state: 'APPROVED' });
    expect(await get()).toMatchObject({ mergeable_state: 'blocked' });
    await widgets.review(1, { by: 'rev', state: 'APPROVED' });
    expect(await get()).toMatchObject({ mergeable_state: 'clean', requested_reviewers: [] });
    await widgets.push('topic', { 'b.txt': 'newer\n' });
    expect(await get()).toMatchObject({ mergeable_state: 'blocked' });
  });
});

describe('checks', () => {
  it('are listed for a commit, the last of each name, and statuses are combined', async () => {
    const sha = await widgets.push('main', { 'b.txt': '' });
    const ref = { ...at, ref: 'main' };
    widgets.check(sha, 'ci', { conclusion: 'failure', output: { title: 'Red', summary: '1 failed' } });
    widgets.check(sha, 'ci', { conclusion: 'success' });
    const { data } = await octokit.rest.checks.listForRef(ref);
    expect(data).toMatchObject({ total_count: 1, check_runs: [{ name: 'ci', conclusion: 'success' }] });
    const all = await octokit.rest.checks.listForRef({ ...ref, filter: 'all' });
    expect(all.data.total_count).toBe(2);
    const create = { ...at, name: 'mine', head_sha: sha };
    await expect(octokit.rest.checks.create(create)).rejects.toMatchObject({ status: 403 });

    const combined = async () => (await octokit.rest.repos.getCombinedStatusForRef(ref)).data.state;
    expect(await combined()).toBe('pending');
    await octokit.rest.repos.createCommitStatus({ ...at, sha, state: 'failure', context: 'lint' });
    expect(await combined()).toBe('failure');
    await octokit.rest.repos.createCommitStatus({ ...at, sha, state: 'success', context: 'lint' });
    expect(await combined()).toBe('success');
  });

  it('that are required are shown with the branch', async () => {
    widgets.protect('main', { requiredContexts: ['ci'], requiredApprovals: 2, isStrict: true });
    const branch = { ...at, branch: 'main' };
    expect((await octokit.rest.repos.getBranch(branch)).data).toMatchObject({
      protected: true,
      protection: { required_status_checks: { contexts: ['ci'], enforcement_level: 'everyone' } },
    });
    await expect(octokit.rest.repos.getBranchProtection(branch)).rejects.toMatchObject({ status: 404 });
    const admin = octokitFor(github, github.token('acme'));
    expect((await admin.rest.repos.getBranchProtection(branch)).data).toMatchObject({
      required_status_checks: { strict: true },
      required_pull_request_reviews: { required_approving_review_count: 2 },
    });
  });
});
