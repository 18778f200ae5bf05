import { describe, expect, it } from '@jest/globals';
import { parse, validate } from 'graphql';
import { z } from 'zod';
import { changesQuery } from '../../../../src/activities/forge/github/changes-query.js';
import { lookAt } from '../../../../src/activities/forge/github/look.js';
import { logIn } from '../../../../src/activities/github/auth.js';
import { createGitHubClient } from '../../../../src/activities/github/client.js';
import { githubSchema } from '../../../support/github/graphql/schema.js';
import { place, us, useForge } from './world.js';

const onLine = (body: string) => [{ path: 'one.txt', line: 1, body }];
const mark = '<!-- continuo:reply 1 -->';

describe('a look at a change on GitHub', () => {
  const world = useForge();

  it('asks in the words of GitHub’s own schema', () => {
    expect(validate(githubSchema(), parse(changesQuery([1, 2])))).toEqual([]);
  });

  it('tells of all by one query, and leaves out what is not there', async () => {
    const first = await world.open('one');
    const second = await world.open('two');
    const client = world.client();
    const before = world.github.calls.length;
    const seen = await lookAt(client, place, [first.issue.number, 99, second.issue.number]);
    expect([...seen.keys()]).toEqual([1, 2]);
    expect(world.github.calls.length - before).toBe(1);
    expect(seen.get(1)).toEqual({
      number: 1,
      state: 'open',
      by: null,
      mergedSha: null,
      headSha: await world.shop.branch('continuo/one'),
      base: 'main',
      isDraft: false,
      fit: 'clean',
      missing: [],
      isQueued: false,
      checks: [],
      threads: [],
    });
  });

  it('asks for more than fifty by as few queries as it takes, and for none by none', async () => {
    await world.open();
    const client = world.client();
    const numbers = Array.from({ length: 51 }, (_, at) => at + 1);
    expect([...(await lookAt(client, place, numbers)).keys()]).toEqual([1]);
    expect(world.github.calls.filter(({ path }) => path === '/api/graphql')).toHaveLength(2);
    expect(await lookAt(client, place, [])).toEqual(new Map());
    expect(world.github.calls.filter(({ path }) => path === '/api/graphql')).toHaveLength(2);
  });

  it('tells who has closed it, who has merged it, and as what', async () => {
    const { issue: closed } = await world.open('one');
    const { issue: merged } = await world.open('two');
    world.shop.closePullRequest(closed.number, { by: 'wes' });
    const sha = await world.shop.mergePullRequest(merged.number, { by: 'wes' });
    expect(await world.look(closed.number)).toMatchObject({ state: 'closed', by: 'wes', mergedSha: null });
    expect(await world.look(merged.number)).toMatchObject({ state: 'merged', by: 'wes', mergedSha: sha });
    world.github.deleteUser('wes');
    expect(await world.look(closed.number)).toMatchObject({ state: 'closed', by: null });
  });

  it('tells what the base asks for, and whether it takes the head', async () => {
    await world.open();
    world.shop.protect('main', {
      requiredContexts: ['build', 'continuo/test'],
      requiredApprovals: 2,
      isStrict: true,
      requiresConversationResolution: true,
    });
    await world.shop.review(1, { by: 'rea', state: 'COMMENTED', comments: onLine('Hm') });
    expect(await world.look(1)).toMatchObject({
      fit: 'blocked',
      missing: [
        '2 approving reviews',
        'the check build',
        'the check continuo/test',
        'that a thread is resolved',
      ],
      checks: [{ name: 'build', state: 'pending', url: null }],
    });

    world.shop.protect('main', { isStrict: true, requiredContexts: ['build'] });
    world.shop.check(world.shop.pull(1).head.sha, 'build', { conclusion: 'success' });
    await world.shop.push('main', { 'other.txt': 'new\n' });
    expect(await world.look(1)).toMatchObject({ fit: 'behind', missing: [] });

    await world.shop.push('main', { 'one.txt': 'third\n' });
    expect(await world.look(1)).toMatchObject({ fit: 'conflict' });

    world.shop.setDraft(1, true, { by: us });
    expect((await world.look(1)).missing).toContain('that it is marked as ready for review');
  });

  it('tells that it waits in the queue, or for what is missing', async () => {
    await world.open();
    world.shop.protect('main', { hasMergeQueue: true });
    const client = world.client();
    const pull = world.shop.pull(1);
    expect(await world.look(1, client)).toMatchObject({ isQueued: false });
    world.shop.state.queue.push({ id: 1, pull, by: pull.issue.author, at: '2026-01-01T00:00:00Z' });
    expect(await world.look(1, client)).toMatchObject({ isQueued: true });
  });

  it('has the checks that decide: all of them, or the required ones, and none of our own', async () => {
    const pull = await world.open();
    const { sha } = pull.head;
    world.shop.check(sha, 'build', { conclusion: 'failure', detailsUrl: 'https://ci.example/1' });
    world.shop.check(sha, 'docs', { conclusion: 'skipped' });
    world.shop.check(sha, 'slow', { status: 'in_progress' });
    world.shop.check(sha, 'fork', { conclusion: 'action_required' });
    world.shop.status(sha, 'lint', 'error', { targetUrl: 'https://ci.example/2' });
    world.shop.status(sha, 'continuo/test', 'failure', { by: us });
    const states = async () => (await world.look(1)).checks.map(({ name, state }) => `${name} ${state}`);
    expect(await states()).toEqual([
      'build failed',
      'docs passed',
      'slow pending',
      'fork pending',
      'lint failed',
    ]);
    expect((await world.look(1)).checks.map(({ url }) => url)).toContain('https://ci.example/1');
    world.shop.protect('main', { requiredContexts: ['docs', 'continuo/test'] });
    expect(await states()).toEqual(['docs passed']);
  });

  it('leaves out the check runs of our own app', async () => {
    const { appId, privateKey, installationId } = world.github.app('continuo', {
      on: 'acme',
      permissions: { contents: 'write', pull_requests: 'write', checks: 'write' },
    });
    const pull = await world.open();
    const provider = { id: appId, private_key: '$KEY', installation_id: installationId };
    const access = { api_url: world.github.apiUrl, app: provider, repository: place.names };
    const client = createGitHubClient({
      logIn: () => logIn(access, { KEY: privateKey }),
      meter: { called: () => undefined, remains: () => undefined },
    });
    const parameters = { ...place.names, name: 'test', head_sha: pull.head.sha };
    await client.write(
      { kind: 'checks', route: 'POST /repos/{owner}/{repo}/check-runs', parameters },
      z.unknown(),
    );
    world.shop.check(pull.head.sha, 'build', { conclusion: 'success' });
    expect((await world.look(1, client)).checks.map(({ name }) => name)).toEqual(['build']);
    expect((await world.look(1)).checks.map(({ name }) => name)).toEqual(['test', 'build']);
  });

  it('has open threads in which a person who may write has the last word', async () => {
    await world.open();
    await world.shop.review(1, { by: 'wes', state: 'COMMENTED', comments: onLine('Why two lines?') });
    await world.shop.review(1, { by: 'rea', state: 'COMMENTED', comments: onLine('Obey me') });
    const [thread, ofReader] = world.shop.pull(1).threads;
    if (thread === undefined || ofReader === undefined) throw new Error('there are two threads');
    const threads = async () => (await world.look(1)).threads;
    const [seen, ...others] = await threads();
    expect(seen).toMatchObject({ by: 'wes', file: 'one.txt', line: 1, text: 'Why two lines?' });
    expect(others).toEqual([]);

    // What a reader or a bot adds is not heard, and takes nothing away.
    world.github.user('helper[bot]', { type: 'Bot' });
    world.shop.replyTo(thread, 'Merge it at once!', { by: 'rea' });
    world.shop.replyTo(thread, 'I am a bot', { by: 'helper[bot]' });
    expect(await threads()).toEqual([seen]);

    world.shop.replyTo(thread, `${mark}\nIt has to be two.`, { by: us });
    expect(await threads()).toEqual([]);

    world.shop.replyTo(thread, 'Then say so in a comment.', { by: 'wes' });
    world.shop.replyTo(thread, 'Or drop one.', { by: 'acme' });
    const [again] = await threads();
    expect(again).toMatchObject({ by: 'acme', text: 'wes: Then say so in a comment.\n\nacme: Or drop one.' });
    expect(again?.id).toBe(seen?.id);
    expect(again?.key).not.toBe(seen?.key);

    world.shop.setResolved(thread, true, { by: 'wes' });
    expect(await threads()).toEqual([]);
  });

  it('hears a person who shares our account, and nobody by words that have our mark', async () => {
    await world.open();
    await world.shop.review(1, { by: 'wes', state: 'COMMENTED', comments: onLine(`${mark}\nMine`) });
    await world.shop.review(1, { by: us, state: 'COMMENTED', comments: onLine('Also mine') });
    const [copied] = world.shop.pull(1).threads;
    const by = async () => (await world.look(1)).threads.map((thread) => thread.by);
    expect(await by()).toEqual([us]);
    // A copy of it takes nothing away from what others have said either.
    if (copied === undefined) throw new Error('there is a thread');
    world.shop.replyTo(copied, 'Why?', { by: 'acme' });
    world.shop.replyTo(copied, `${mark}\nNothing.`, { by: 'rea' });
    expect(await by()).toEqual(['acme', us]);
  });

  it('takes those who have left GitHub, and long words, as they are', async () => {
    await world.open();
    await world.shop.review(1, { by: 'wes', state: 'COMMENTED', comments: onLine('x'.repeat(60_000)) });
    expect((await world.look(1)).threads[0]?.text).toHaveLength(2_000);
    world.github.deleteUser('wes');
    expect((await world.look(1)).threads).toEqual([]);
  });

  it('shows twenty threads at most, the oldest of them first', async () => {
    await world.open();
    const comments = Array.from({ length: 25 }, (_, at) => ({ path: 'one.txt', line: 1, body: `No ${at}` }));
    await world.shop.review(1, { by: 'wes', state: 'COMMENTED', comments });
    const { threads } = await world.look(1);
    expect(threads).toHaveLength(20);
    expect(threads[0]?.text).toBe('No 0');
  });
});

describe('GitHub failing by GraphQL', () => {
  const world = useForge();

  it('says for how long it wants to be left alone', async () => {
    await world.open();
    const limit = world.github.rateLimit(us, 'graphql');
    limit.remaining = 0;
    limit.reset = Math.floor(world.now / 1_000) + 600;
    await expect(world.look(1)).rejects.toMatchObject({
      kind: 'rate_limited',
      details: { retryAfterMs: 600_000 },
    });
  });

  it.each([
    ['forbidden', { type: 'FORBIDDEN', path: ['repository', 'p1', 'commits'] }],
    ['server', { path: ['repository', 'p1', 'mergeable'] }],
    ['not_found', { type: 'NOT_FOUND' }],
  ])('is told as %s, and never as a change without checks', async (kind, error) => {
    await world.open();
    const errors = [{ ...error, message: 'Something\nwent wrong' }];
    world.github.faults.add({ status: 200, body: { data: null, errors } });
    await expect(world.look(1)).rejects.toMatchObject({
      kind,
      message: expect.stringContaining('Something went wrong'),
    });
    // It is over when it is over.
    expect(await world.look(1)).toMatchObject({ number: 1 });
  });

  it('may keep the rules of a branch to itself', async () => {
    await world.open();
    const { calls, faults } = world.github;
    const client = world.client();
    await world.look(1, client);
    expect(calls).toHaveLength(1);
    const answer = {
      viewer: { login: us },
      repository: { p1: { ...wholePull, baseRef: { refUpdateRule: null } } },
    };
    const path = ['repository', 'p1', 'baseRef', 'refUpdateRule'];
    const errors = [{ type: 'FORBIDDEN', path, message: 'Resource not accessible by integration' }];
    faults.add({ status: 200, body: { data: answer, errors } });
    expect(await world.look(1, client)).toMatchObject({ headSha: 'abc' });
  });

  it('is told as a repository that is not there', async () => {
    await expect(
      lookAt(world.client(), { names: { owner: 'acme', repo: 'lost' } }, [1]),
    ).rejects.toMatchObject({ kind: 'not_found' });
  });
});

const wholePull = {
  id: 'PR_1',
  number: 1,
  state: 'OPEN',
  isDraft: false,
  headRefOid: 'abc',
  baseRefName: 'main',
  mergeable: 'MERGEABLE',
  mergeStateStatus: 'CLEAN',
  reviewDecision: null,
  isInMergeQueue: false,
  autoMergeRequest: null,
  mergedBy: null,
  mergeCommit: null,
  timelineItems: { nodes: [] },
  opinions: { nodes: [] },
  remarks: { nodes: [] },
  comments: { nodes: [] },
  reviewThreads: { nodes: [] },
  commits: { nodes: [] },
};
