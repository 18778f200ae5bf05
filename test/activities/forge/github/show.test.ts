import { describe, expect, it } from '@jest/globals';
import { parse, validate } from 'graphql';
import * as merging from '../../../../src/activities/forge/github/auto-merge.js';
import * as talking from '../../../../src/activities/forge/github/conversation.js';
import * as drafts from '../../../../src/activities/forge/github/draft.js';
import { landingQuery } from '../../../../src/activities/forge/github/landing-facts.js';
import type { ShownFinding } from '../../../../src/domain/change.js';
import type { CheckResult } from '../../../../src/domain/evidence.js';
import { dequeueMutation } from '../../../../src/activities/forge/github/withdraw.js';
import type { ShowChangeInput } from '../../../../src/workflows/change-port.js';
import type { Fault } from '../../../support/github/index.js';
import { failedCheck } from '../../../support/fake-ports.js';
import { githubSchema } from '../../../support/github/graphql/schema.js';
import { us, useChangeRig } from './change-rig.js';

const passedCheck: CheckResult = { ...failedCheck, kind: 'passed', exitCode: 0, tail: '' };
const branch = 'continuo/GH-1';
const provider = ', labels: [continuo], reviewers: [ann]';

const finding = (more: Partial<ShownFinding> = {}): ShownFinding => ({
  id: 'review-1/1',
  file: 'sum.js',
  line: 2,
  text: 'It does not add.',
  outcome: null,
  ...more,
});

it('asks in the words of GitHub’s own schema', () => {
  const texts = [
    merging.autoMergeMutation,
    merging.stopMutation,
    dequeueMutation,
    merging.enqueueMutation,
    talking.threadsQuery,
    talking.replyMutation,
    talking.resolveMutation,
    drafts.draftMutation,
    drafts.readyMutation,
    landingQuery,
  ];
  expect(texts.map((text) => validate(githubSchema(), parse(text)))).toEqual(texts.map(() => []));
});

describe('a change that is shown on GitHub', () => {
  const rig = useChangeRig();
  const pull = () => rig.shop.pull(1);
  const bodies = () => pull().issue.comments.map(({ body }) => body);
  const threads = () => pull().threads.map(({ comments }) => comments.map(({ body }) => body));
  const statuses = () =>
    rig.shop.state.statuses.map(({ context, state, description }) => [context, state, description]);

  it('is a draft of the task’s branch, which closes the issue', async () => {
    const sha = await rig.work({ 'sum.js': 'one\n2\nthree\n' });
    const outcome = await rig.show({ sha });
    expect(outcome).toMatchObject({
      kind: 'shown',
      change: { number: 1, branch, sha, url: expect.stringMatching(/\/acme\/shop\/pull\/1$/) },
      seen: { state: 'open', isDraft: true, headSha: sha, base: 'main' },
    });
    expect(await rig.shop.branch(branch)).toBe(sha);
    expect(pull()).toMatchObject({
      isDraft: true,
      issue: { title: 'Add the numbers', author: { login: us } },
    });
    expect(pull().issue.body).toMatch(/They are added\.\n\nCloses acme\/shop#1\n$/);
  });

  it('is the same one with each further commit, with the newest text', async () => {
    const first = await rig.work({ 'sum.js': 'one\n2\nthree\n' });
    await rig.show({ sha: first });
    const second = await rig.work({ 'sum.js': 'one\n2\n3\n' }, first);
    await rig.show({ sha: second, title: 'Add  all\nnumbers', body: 'All.' });
    await rig.show({ sha: second, number: 1, title: 'Add all numbers', body: 'All.' });
    expect(rig.shop.state.issues.size).toBe(1);
    expect(pull()).toMatchObject({ head: { sha: second }, issue: { title: 'Add all numbers' } });
    expect(pull().issue.body).toContain('All.');
  });

  it('is written once where nothing is new', async () => {
    const sha = await rig.work({ 'sum.js': 'one\n2\nthree\n' });
    const shown = { sha, isDraft: false, checks: [passedCheck], findings: [finding()] };
    await rig.show(shown, rig.keeper(provider));
    const before = rig.github.calls.length;
    await rig.show({ ...shown, number: 1 }, rig.keeper(provider));
    const writes = rig.github.calls
      .slice(before)
      .filter(({ method, path }) => method !== 'GET' && !/graphql|git-upload-pack/.test(path));
    expect(writes).toEqual([]);
  });

  it('becomes ready for review, and a draft again', async () => {
    const sha = await rig.work({ 'sum.js': 'one\n2\nthree\n' });
    await rig.show({ sha, isDraft: true });
    await rig.show({ sha, number: 1, isDraft: false });
    expect(pull().isDraft).toBe(false);
    await rig.show({ sha, number: 1, isDraft: true });
    expect(pull().isDraft).toBe(true);
  });

  it('is no draft where the repository’s plan has none', async () => {
    const sha = await rig.work({ 'sum.js': 'one\n2\nthree\n' });
    const match = { method: 'POST', path: '/repos/acme/shop/pulls', body: /"draft":true/ };
    rig.github.faults.add({ match, status: 422, body: { message: 'Draft pull requests are not supported' } });
    const convert = {
      data: { convertPullRequestToDraft: null },
      errors: [{ type: 'UNPROCESSABLE', message: 'no' }],
    };
    rig.github.faults.add({ match: { body: /convertPullRequestToDraft/ }, status: 200, body: convert });
    expect(await rig.show({ sha })).toMatchObject({ kind: 'shown', seen: { isDraft: false } });
    expect(rig.logged.join()).toContain('GitHub takes no draft here');
  });

  it('gets its labels and asks its reviewers once, when it is ready, and never its author', async () => {
    const sha = await rig.work({ 'sum.js': 'one\n2\nthree\n' });
    const keeper = rig.keeper(
      `, labels: [continuo, bot], reviewers: [ann, ${us}, stranger], team_reviewers: [core]`,
    );
    await rig.show({ sha }, keeper);
    expect(pull().issue.labels.map(({ name }) => name)).toEqual(['continuo', 'bot']);
    expect(pull().requestedReviewers).toEqual([]);
    await rig.show({ sha, number: 1, isDraft: false }, keeper);
    expect(pull().requestedReviewers.map(({ login }) => login)).toEqual(['ann']);
    expect(rig.logged.join()).toContain('"who":"stranger"');
    expect(rig.logged.join()).not.toContain(us);

    pull().issue.labels = [];
    await rig.shop.review(1, { by: 'ann', state: 'COMMENTED', body: 'Later' });
    await rig.show({ sha, number: 1, isDraft: false, body: 'More.' }, keeper);
    expect(pull()).toMatchObject({ requestedReviewers: [], issue: { labels: [] } });
  });

  it('has our checks as statuses of the commit, which change with them', async () => {
    const sha = await rig.work({ 'sum.js': 'one\n2\nthree\n' });
    await rig.show({ sha, checks: [failedCheck] });
    await rig.show({ sha, number: 1, checks: [failedCheck] });
    expect(statuses()).toEqual([
      [`continuo/${failedCheck.name}`, 'failure', expect.stringContaining('failed with')],
    ]);
    await rig.show({ sha, number: 1, checks: [passedCheck] });
    expect(statuses()[1]).toEqual([
      `continuo/${failedCheck.name}`,
      'success',
      expect.stringContaining('passed after'),
    ]);
  });

  it('has them as check runs where an App speaks', async () => {
    const permissions = {
      contents: 'write',
      pull_requests: 'write',
      checks: 'write',
      issues: 'write',
      metadata: 'read',
    } as const;
    const { appId, privateKey, installationId } = rig.github.app('continuo', { on: 'acme', permissions });
    process.env.KEY = privateKey;
    const app = `, app: { id: ${appId}, private_key: $KEY, installation_id: ${installationId} }`;
    const sha = await rig.work({ 'sum.js': 'one\n2\nthree\n' });
    await rig.show({ sha, checks: [failedCheck] }, rig.keeper(app));
    await rig.show({ sha, number: 1, checks: [failedCheck] }, rig.keeper(app));
    const [run, ...more] = rig.shop.state.checkRuns;
    expect(more).toEqual([]);
    expect(run).toMatchObject({ sha, name: `continuo/${failedCheck.name}`, conclusion: 'failure' });
    expect(run?.output.summary).toContain(failedCheck.tail);
    await rig.show({ sha, number: 1, checks: [passedCheck] }, rig.keeper(app));
    expect(rig.shop.state.checkRuns.map(({ conclusion }) => conclusion)).toEqual(['success']);
    expect(rig.shop.state.statuses).toEqual([]);
  });

  it('has findings on their lines in one review, others in one comment, each with its outcome in the end', async () => {
    const sha = await rig.work({ 'sum.js': 'one\n2\nthree\n' });
    const elsewhere = finding({ id: 'b', file: 'other.js', line: 9, text: 'Where is it?' });
    const general = finding({ id: 'c', file: null, line: null, text: 'No tests.' });
    const next = finding({ id: 'd', line: 3, text: 'Three.' });
    await rig.show({ sha, findings: [finding(), elsewhere, general, next] });
    await rig.show({ sha, number: 1, findings: [finding(), elsewhere, general, next] });
    expect(threads().map(([first]) => first?.split('\n')[1])).toEqual(['It does not add.', 'Three.']);
    expect(pull().reviews).toHaveLength(1);
    expect(bodies()).toEqual([expect.stringMatching(/other\.js:9[^]*Where is it\?[^]*No tests\./)]);

    const outcome = 'fixed by abc';
    const late = finding({ id: 'e', file: null, text: 'Never shown.', outcome });
    const ended = [{ ...finding(), outcome }, { ...elsewhere, outcome }, general, next, late];
    await rig.show({ sha, number: 1, findings: ended });
    await rig.show({ sha, number: 1, findings: ended });
    expect(pull().threads.map(({ resolvedBy }) => resolvedBy?.login)).toEqual([us, undefined]);
    expect(threads()[0]).toEqual([
      expect.anything(),
      expect.stringMatching(/^<!-- continuo:[^]*fixed by abc$/),
    ]);
    expect(bodies()).toEqual([expect.stringContaining('→ fixed by abc')]);
    expect(bodies().join()).not.toContain('Never shown');
  });

  it('does not resolve a finding over the head of a person who has answered it', async () => {
    const sha = await rig.work({ 'sum.js': 'one\n2\nthree\n' });
    await rig.show({ sha, findings: [finding()] });
    rig.shop.replyTo(pull().threads[0]!, 'I see it otherwise.', { by: 'wes' });
    await rig.show({ sha, number: 1, findings: [finding({ outcome: 'fixed' })] });
    expect(threads()[0]).toHaveLength(2);
    expect(pull().threads[0]?.resolvedBy).toBeNull();
  });

  it('takes nobody’s copy of a mark for its own', async () => {
    const sha = await rig.work({ 'sum.js': 'one\n2\nthree\n' });
    await rig.show({ sha, findings: [finding()] });
    const copy = pull().threads[0]!.comments[0]!.body;
    pull().threads.length = 0;
    await rig.shop.review(1, {
      by: 'wes',
      state: 'COMMENTED',
      comments: [{ path: 'sum.js', line: 2, body: copy }],
    });
    await rig.show({ sha, number: 1, findings: [finding({ outcome: 'fixed' })] });
    expect(threads()).toEqual([[copy]]);
    await rig.show({ sha, number: 1, findings: [finding()] });
    expect(threads()).toHaveLength(2);
  });

  it('answers people in their threads, once, unless they have said more meanwhile', async () => {
    const sha = await rig.work({ 'sum.js': 'one\n2\nthree\n' });
    await rig.show({ sha });
    const remark = { path: 'sum.js', line: 2, body: 'Why 2?' };
    await rig.shop.review(1, { by: 'wes', state: 'COMMENTED', comments: [remark, { ...remark, line: 1 }] });
    const shown = await rig.show({ sha, number: 1 });
    const seen = shown.kind === 'shown' ? shown.seen.threads : [];
    const answers = seen.map(({ id, key }) => ({ id, key, text: 'Because.' }));
    rig.shop.replyTo(pull().threads[1]!, 'And there?', { by: 'wes' });
    await rig.show({ sha, number: 1, answers });
    const again = await rig.show({
      sha,
      number: 1,
      answers: [...answers, { id: 'gone', key: 'gone', text: '' }],
    });
    expect(threads()).toEqual([
      ['Why 2?', expect.stringMatching(/^<!-- continuo:answer .*\nBecause\.$/)],
      ['Why 2?', 'And there?'],
    ]);
    expect(pull().threads.map(({ resolvedBy }) => resolvedBy?.login)).toEqual([us, undefined]);
    expect(again).toMatchObject({ seen: { threads: [{ text: expect.stringContaining('And there?') }] } });
  });

  it('leaves alone what a person has pushed, and says where the branch is', async () => {
    const sha = await rig.work({ 'sum.js': 'one\n2\nthree\n' });
    await rig.show({ sha });
    const theirs = await rig.shop.push(branch, { 'theirs.txt': 'x' }, { by: 'wes' });
    const next = await rig.work({ 'sum.js': 'one\n2\n3\n' }, sha);
    expect(await rig.show({ sha: next, number: 1 })).toEqual({ kind: 'pushed', sha: theirs });
    expect(await rig.shop.branch(branch)).toBe(theirs);

    const adopted = await rig.work({ 'sum.js': 'one\n2\n3\n' }, theirs);
    expect(await rig.show({ sha: adopted, number: 1 })).toMatchObject({ kind: 'shown' });
    const forced = await rig.shop.push(branch, { 'theirs.txt': 'y' }, { by: 'wes', amends: true });
    expect(await rig.show({ sha: adopted, number: 1 })).toEqual({ kind: 'pushed', sha: forced });
  });

  it('is not opened where its branch has what is none of the task’s, which stays as it is', async () => {
    const theirs = await rig.shop.push(branch, { 'theirs.txt': 'x' }, { by: 'wes' });
    const sha = await rig.work({ 'sum.js': 'one\n2\nthree\n' });
    expect(await rig.show({ sha })).toEqual({
      kind: 'blocked',
      message: expect.stringMatching(
        /continuo\/GH-1 is there already, at [0-9a-f]{12}, .*: delete it on GitHub/,
      ),
    });
    expect(await rig.shop.branch(branch)).toBe(theirs);
    expect(rig.shop.state.issues.size).toBe(0);
  });

  it('is found with what a person has added to it before its worker knew of it', async () => {
    const sha = await rig.work({ 'sum.js': 'one\n2\nthree\n' });
    await rig.show({ sha });
    const theirs = await rig.shop.push(branch, { 'theirs.txt': 'x' }, { by: 'wes' });
    expect(await rig.show({ sha })).toMatchObject({
      kind: 'shown',
      change: { number: 1, sha },
      seen: { headSha: theirs },
    });
  });

  it('goes on under its former name where the repository has another one now', async () => {
    const sha = await rig.work({ 'sum.js': 'one\n2\nthree\n' });
    await rig.show({ sha });
    rig.shop.transfer({ name: 'store' });
    const next = await rig.work({ 'sum.js': 'one\n2\n3\n' }, sha);
    const keeper = rig.keeper(', repo: acme/shop');
    const more = { sha: next, number: 1, title: 'Add them all', isDraft: false };
    expect(await rig.show(more, keeper)).toMatchObject({ kind: 'shown', seen: { headSha: next } });
    expect([pull().issue.title, pull().isDraft]).toEqual(['Add them all', false]);
    const merged = await keeper.merge(rig.mergeInput({ sha: next }), new AbortController().signal);
    expect(merged).toEqual({ kind: 'merged', sha: await rig.shop.branch('main') });
  });

  it('gets its branch anew where that is gone', async () => {
    const sha = await rig.work({ 'sum.js': 'one\n2\nthree\n' });
    await rig.show({ sha });
    await rig.shop.deleteBranch(branch);
    const outcome = await rig.show({ sha, number: 1 });
    expect(await rig.shop.branch(branch)).toBe(pull().issue.state === 'open' ? sha : null);
    expect(outcome.kind).toBe('shown');
  });

  it('is left as it is once somebody has closed it, and one of an earlier task is not ours', async () => {
    const sha = await rig.work({ 'sum.js': 'one\n2\nthree\n' });
    await rig.show({ sha });
    rig.shop.closePullRequest(1, { by: 'wes' });
    const next = await rig.work({ 'sum.js': 'one\n2\n3\n' }, sha);
    expect(await rig.show({ sha: next, number: 1 })).toMatchObject({
      kind: 'shown',
      change: { number: 1, sha },
      seen: { state: 'closed', by: 'wes' },
    });
    expect(await rig.shop.branch(branch)).toBe(sha);
    expect(await rig.show({ sha: next })).toMatchObject({ kind: 'shown', change: { number: 2, sha: next } });
  });

  it('is not merged by itself with a commit that comes after that was wished', async () => {
    const sha = await rig.work({ 'sum.js': 'one\n2\nthree\n' });
    await rig.show({ sha, isDraft: false });
    rig.shop.protect('main', { requiredContexts: ['build'] });
    pull().autoMerge = { by: pull().issue.author, method: 'squash', at: '2026-01-01T00:00:00Z' };
    const next = await rig.work({ 'sum.js': 'one\n2\n3\n' }, sha);
    await rig.show({ sha: next, number: 1, isDraft: false });
    expect(pull().autoMerge).toBeNull();
  });
});

describe('a change that GitHub does not take', () => {
  const rig = useChangeRig();
  const shown = async (more: Partial<ShowChangeInput> = {}) => {
    const sha = await rig.work({ 'sum.js': 'one\n2\nthree\n' });
    return rig.show({ sha, ...more });
  };
  const blocked = (...words: string[]) => ({
    kind: 'blocked',
    message: expect.stringMatching(new RegExp(words.join('[^]*'))),
  });

  it('is blocked by a branch that is protected', async () => {
    rig.shop.protect(branch);
    expect(await shown()).toEqual(blocked('protected branch|GH006', 'let the token or the App push'));
  });

  it('is blocked by a repository that is archived', async () => {
    rig.shop.archive();
    expect(await shown()).toEqual(blocked('archived so it is read-only'));
  });

  it('is blocked where we may not write', async () => {
    rig.shop.permit(us, 'read');
    expect(await shown()).toEqual(blocked('Permission to acme/shop.git denied to continuo-bot'));
  });

  it('is blocked where the base is missing, which is named', async () => {
    expect(await shown({ base: 'trunk' })).toEqual(blocked('no branch trunk, which repository.base names'));
  });

  it('is blocked where the repository cannot be seen', async () => {
    rig.shop.permit(us, 'none');
    expect(await shown()).toEqual(blocked('Not Found', 'see that the repository has this name'));
  });

  it('is blocked where the base has all of it', async () => {
    const sha = await rig.work({});
    await rig.shop.push('main', { 'more.txt': 'x' });
    await rig.shop.state.git.updateRef('refs/heads/main', sha);
    expect(await rig.show({ sha })).toEqual(blocked('No commits between'));
  });

  it.each<[string, Fault, object]>([
    ['is down', { status: 503 }, {}],
    ['is silent', { reset: true }, {}],
    ['was asked too often', { status: 429, headers: { 'retry-after': '7' } }, { nextRetryDelay: 7_000 }],
    ['does not know the token any more', { status: 401, body: { message: 'Bad credentials' } }, {}],
  ])('waits by Temporal while GitHub %s', async (_, fault, more) => {
    rig.github.faults.add({ ...fault, match: { path: '/repos/acme/shop/pulls' } });
    await expect(shown()).rejects.toMatchObject({ type: 'forge_request', nonRetryable: false, ...more });
    expect(await shown()).toMatchObject({ kind: 'shown' });
  });

  it('waits likewise without a token', async () => {
    delete process.env.GITHUB_TOKEN;
    delete process.env.GH_TOKEN;
    await expect(shown()).rejects.toMatchObject({ type: 'forge_request', nonRetryable: false });
  });
});

describe('a worker that dies in the middle of showing a change', () => {
  const rig = useChangeRig();

  it.each<[string, Fault['match']]>([
    ['the push', { path: /git-receive-pack$/, method: 'POST' }],
    ['opening', { path: '/repos/acme/shop/pulls', method: 'POST' }],
    ['labels', { path: /\/labels$/, method: 'POST' }],
    ['readiness', { body: /markPullRequestReadyForReview/ }],
    ['reviewers', { path: /requested_reviewers$/, method: 'POST' }],
    ['the text', { path: /\/pulls\/\d+$/, method: 'PATCH' }],
    ['a status', { path: /\/statuses\//, method: 'POST' }],
    ['a review', { path: /\/reviews$/, method: 'POST' }],
    ['a comment', { path: /\/comments$/, method: 'POST' }],
    ['an answer', { body: /addPullRequestReviewThreadReply/ }],
    ['resolving', { body: /resolveReviewThread/ }],
  ])('after %s leaves nothing to be done twice', async (_, match) => {
    const first = await rig.work({ 'sum.js': 'one\n2\nthree\n' });
    rig.github.faults.add({ match: match ?? {}, isAfter: true, reset: true });
    await stubbornly({ sha: first });
    await rig.shop.review(1, {
      by: 'wes',
      state: 'COMMENTED',
      comments: [{ path: 'sum.js', line: 2, body: 'Why 2?' }],
    });
    const seen = await stubbornly({ sha: first, number: 1 });
    const [thread] = seen.threads;
    const answers = [{ id: thread?.id ?? '', key: thread?.key ?? '', text: 'Because.' }];
    const sha = await rig.work({ 'sum.js': 'one\n2\n3\n' }, first);
    const findings = [finding(), finding({ id: 'b', file: null, line: null })];
    await stubbornly({ sha, number: 1, isDraft: false, checks: [passedCheck], findings, answers });

    expect(rig.github.faults.met).toHaveLength(1);
    expect(rig.shop.state.issues.size).toBe(1);
    const pull = rig.shop.pull(1);
    expect(pull).toMatchObject({ isDraft: false, head: { sha } });
    expect(pull.issue.labels.map(({ name }) => name)).toEqual(['continuo']);
    expect(pull.requestedReviewers.map(({ login }) => login)).toEqual(['ann']);
    expect(rig.shop.state.statuses).toHaveLength(1);
    expect(pull.issue.comments).toHaveLength(1);
    expect(pull.threads.map(({ comments, resolvedBy }) => [comments.length, resolvedBy !== null])).toEqual([
      [2, true],
      [1, false],
    ]);
  });

  /** As Temporal does it, each time by another worker. */
  async function stubbornly(more: Partial<ShowChangeInput> & { sha: string }) {
    for (let tries = 0; ; tries += 1) {
      try {
        const outcome = await rig.show(more, rig.keeper(provider));
        if (outcome.kind !== 'shown') throw new Error(JSON.stringify(outcome));
        return outcome.seen;
      } catch (error) {
        if (tries > 0) throw error;
      }
    }
  }
});

describe('a change of a task that is from no tracker on GitHub', () => {
  const rig = useChangeRig({ tracker: 'file' });

  it('closes nothing', async () => {
    const sha = await rig.work({ 'sum.js': 'one\n2\nthree\n' });
    expect(await rig.show({ sha })).toMatchObject({ kind: 'shown' });
    expect(rig.shop.pull(1).issue.body).not.toContain('Closes');
  });
});
