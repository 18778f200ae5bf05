import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { GitHub, GitHubRepository } from './index.js';
import { openGitHub } from './index.js';
import { nodeId } from './identity.js';
import { octokitFor } from './octokit.js';

let github: GitHub;
let widgets: GitHubRepository;
let ask: (query: string, variables?: Record<string, unknown>) => Promise<unknown>;
let id: string;

beforeEach(async () => {
  github = await openGitHub();
  widgets = await github.repository('acme/widgets', { roles: { ana: 'write', rev: 'write' } });
  ask = octokitFor(github, github.token('ana')).graphql;
  widgets.openIssue({ title: 'Broken' });
  await widgets.push('topic', { 'b.txt': 'new\n' }, { by: 'ana' });
  const wanted = { title: 'Add b', body: 'Fixes #1', head: 'topic', by: 'ana' };
  id = nodeId(await widgets.openPullRequest(wanted));
});

afterEach(() => github.close());

const pull = async (fields: string) => {
  const query = `{ repository(owner: "acme", name: "widgets") { pullRequest(number: 2) { ${fields} } } }`;
  const answer = (await ask(query)) as { repository: { pullRequest: unknown } };
  return answer.repository.pullRequest;
};

const mutate = (name: string, input: string, fields: string) =>
  ask(`mutation { ${name}(input: { ${input} }) { ${fields} } }`);

describe('a pull request by GraphQL', () => {
  it('has its merge state, its reviews, its checks and what it closes', async () => {
    widgets.protect('main', { requiredContexts: ['ci'], requiredApprovals: 1 });
    const state = 'mergeable mergeStateStatus reviewDecision isDraft headRefOid';
    const headRefOid = await widgets.branch('topic');
    const common = { mergeable: 'MERGEABLE', isDraft: false, headRefOid };
    expect(await pull(`${state} statusCheckRollup { state }`)).toEqual({
      ...common,
      mergeStateStatus: 'BLOCKED',
      reviewDecision: 'REVIEW_REQUIRED',
      statusCheckRollup: null,
    });
    const comments = [{ path: 'b.txt', line: 1, body: 'Why?' }];
    await widgets.review(2, { by: 'rev', state: 'APPROVED', comments });
    widgets.check(String(headRefOid), 'ci', { conclusion: 'success' });
    widgets.status(String(headRefOid), 'lint', 'pending');
    const more = `${state} changedFiles closingIssuesReferences(first: 5) { nodes { number } }
      reviews(first: 5) { nodes { state author { login } commit { oid } } }
      reviewThreads(first: 5) { nodes { isResolved path line comments(first: 5) { nodes { body } } } }
      commits(last: 1) { nodes { commit { oid statusCheckRollup { state contexts(first: 5) { nodes {
        ... on CheckRun { name conclusion isRequired(pullRequestNumber: 2) }
        ... on StatusContext { context state isRequired(pullRequestNumber: 2) }
      } } } } } }`;
    expect(await pull(more)).toEqual({
      ...common,
      mergeStateStatus: 'UNSTABLE',
      reviewDecision: 'APPROVED',
      changedFiles: 1,
      closingIssuesReferences: { nodes: [{ number: 1 }] },
      reviews: { nodes: [{ state: 'APPROVED', author: { login: 'rev' }, commit: { oid: headRefOid } }] },
      reviewThreads: {
        nodes: [{ isResolved: false, path: 'b.txt', line: 1, comments: { nodes: [{ body: 'Why?' }] } }],
      },
      commits: {
        nodes: [
          {
            commit: {
              oid: headRefOid,
              statusCheckRollup: {
                state: 'PENDING',
                contexts: {
                  nodes: [
                    { name: 'ci', conclusion: 'SUCCESS', isRequired: true },
                    { context: 'lint', state: 'PENDING', isRequired: false },
                  ],
                },
              },
            },
          },
        ],
      },
    });
  });

  it('becomes a draft and is ready again', async () => {
    const input = `pullRequestId: "${id}"`;
    expect(await mutate('convertPullRequestToDraft', input, 'pullRequest { isDraft }')).toEqual({
      convertPullRequestToDraft: { pullRequest: { isDraft: true } },
    });
    await mutate('markPullRequestReadyForReview', input, 'pullRequest { isDraft }');
    expect(widgets.pull(2).isDraft).toBe(false);
  });

  it('has threads that are answered and resolved', async () => {
    const comments = [{ path: 'b.txt', line: 1, body: 'Why?' }];
    await widgets.review(2, { by: 'rev', state: 'COMMENTED', comments });
    const [thread] = widgets.pull(2).threads;
    const of = thread === undefined ? '' : nodeId(thread);
    const input = `pullRequestReviewThreadId: "${of}", body: "Because."`;
    await mutate('addPullRequestReviewThreadReply', input, 'comment { body replyTo { body } }');
    await mutate('resolveReviewThread', `threadId: "${of}"`, 'thread { isResolved }');
    expect(thread).toMatchObject({ resolvedBy: { login: 'ana' }, comments: [{}, { body: 'Because.' }] });
  });

  it('is merged by itself when it may be, and not before', async () => {
    const enable = () =>
      mutate('enablePullRequestAutoMerge', `pullRequestId: "${id}", mergeMethod: SQUASH`, 'clientMutationId');
    await expect(enable()).rejects.toMatchObject({
      errors: [{ type: 'UNPROCESSABLE', message: expect.stringMatching(/clean status/) }],
    });
    widgets.protect('main', { requiredContexts: ['ci'] });
    await enable();
    await github.settled();
    expect(await pull('merged autoMergeRequest { mergeMethod enabledBy { login } }')).toEqual({
      merged: false,
      autoMergeRequest: { mergeMethod: 'SQUASH', enabledBy: { login: 'ana' } },
    });
    widgets.check(widgets.pull(2).head.sha, 'ci', { conclusion: 'success' });
    await github.settled();
    expect(await pull('state mergedBy { login }')).toEqual({ state: 'MERGED', mergedBy: { login: 'ana' } });
    expect(widgets.issue(1).state).toBe('closed');
  });

  it('goes through the merge queue', async () => {
    const enqueue = () =>
      mutate('enqueuePullRequest', `pullRequestId: "${id}"`, 'mergeQueueEntry { position }');
    await expect(enqueue()).rejects.toMatchObject({ errors: [{ type: 'UNPROCESSABLE' }] });
    widgets.protect('main', { hasMergeQueue: true });
    expect(await enqueue()).toEqual({ enqueuePullRequest: { mergeQueueEntry: { position: 1 } } });
    await mutate('dequeuePullRequest', `id: "${id}"`, 'clientMutationId');
    expect(await pull('isInMergeQueue')).toEqual({ isInMergeQueue: false });
    await enqueue();
    const sha = await widgets.mergeFromQueue();
    expect(await widgets.branch('main')).toBe(sha);
    expect(await pull('state isInMergeQueue')).toEqual({ state: 'MERGED', isInMergeQueue: false });
  });
});
