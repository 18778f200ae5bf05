import { describe, expect, it } from '@jest/globals';
import type { TrackerErrorCategory } from '../../../../src/activities/tracker/error.js';
import type { Fault } from '../../../support/github/index.js';
import { useGitHub } from './world.js';

interface Case {
  what: string;
  fault: Fault;
  category: TrackerErrorCategory;
  retryable: boolean;
  retryAfterMs?: number;
  says: string;
}

const nowSeconds = Date.parse('2026-01-01T00:00:00Z') / 1_000;
const cases: Case[] = [
  {
    what: 'a token that is not valid any more',
    fault: { status: 401, body: { message: 'Bad credentials' } },
    category: 'missing_tracker_secret',
    retryable: true,
    says: 'give the worker a token that is valid',
  },
  {
    what: 'a permission that is missing',
    fault: { status: 403, body: { message: 'Resource not accessible by integration' } },
    category: 'tracker_status',
    retryable: true,
    says: 'lacks a permission',
  },
  {
    what: 'a repository that is not there, or not for us',
    fault: { status: 404, body: { message: 'Not Found' } },
    category: 'tracker_status',
    retryable: true,
    says: 'see that the repository has this name',
  },
  {
    what: 'a request that GitHub does not take',
    fault: { status: 422, body: { message: 'Validation Failed' } },
    category: 'tracker_status',
    retryable: false,
    says: 'Validation Failed',
  },
  {
    what: 'the primary limit',
    fault: {
      status: 403,
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(nowSeconds + 1_800) },
      body: { message: 'API rate limit exceeded' },
    },
    category: 'tracker_rate_limited',
    retryable: true,
    retryAfterMs: 1_800_000,
    says: 'asked too often',
  },
  {
    what: 'a limit that says how long it holds',
    fault: { status: 429, headers: { 'retry-after': '90' }, body: { message: 'Slow down' } },
    category: 'tracker_rate_limited',
    retryable: true,
    retryAfterMs: 90_000,
    says: 'asked too often',
  },
  {
    what: 'the secondary limit without a word of how long',
    fault: { status: 403, body: { message: 'You have exceeded a secondary rate limit.' } },
    category: 'tracker_rate_limited',
    retryable: true,
    retryAfterMs: 60_000,
    says: 'secondary rate limit',
  },
  {
    what: 'a server that fails',
    fault: { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>Unicorn!</html>' },
    category: 'tracker_status',
    retryable: true,
    says: 'status 502',
  },
  {
    what: 'a connection that ends',
    fault: { reset: true },
    category: 'tracker_request',
    retryable: true,
    says: 'cannot be reached',
  },
  {
    what: 'no answer at all',
    fault: { hang: true },
    category: 'tracker_request',
    retryable: true,
    says: 'has not answered within',
  },
  {
    what: 'an answer that ends in the middle',
    fault: { truncate: true },
    category: 'tracker_response',
    retryable: true,
    says: 'cannot be read',
  },
  {
    what: 'an answer that is something else',
    fault: { status: 200, body: { surprise: true } },
    category: 'tracker_response',
    retryable: true,
    says: 'cannot be read',
  },
  {
    what: 'an answer that is no JSON',
    fault: { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Log in</html>' },
    category: 'tracker_response',
    retryable: true,
    says: 'cannot be read',
  },
];

describe('GitHub failing by', () => {
  const world = useGitHub();

  it.each(cases)('$what is told by its category and pause (TRK-16)', async (expected) => {
    const { fault, category, retryable, retryAfterMs = null, says } = expected;
    world.shop.openIssue({ title: 'One' });
    const tracker = world.open({ answerMs: fault.hang === true ? 300 : 30_000 });
    world.github.faults.add(fault);
    await expect(tracker.fetchIssuesByStates(['open'])).rejects.toMatchObject({
      category,
      retryable,
      retryAfterMs,
      message: expect.stringContaining(says),
    });
    // It is over when it is over.
    expect((await tracker.fetchIssuesByStates(['open'])).issues).toHaveLength(1);
  });

  it('a list without end is given up', async () => {
    const next = `<${world.github.apiUrl}/repos/acme/shop/issues?page=2>; rel="next"`;
    world.github.faults.add({ times: Infinity, status: 200, headers: { link: next }, body: [] });
    await expect(world.open().fetchIssuesByStates(['open'])).rejects.toMatchObject({
      category: 'tracker_pagination',
    });
  });

  it('a token that is not set is told by the names of the variables', async () => {
    await expect(world.open({ env: {} }).fetchIssuesByStates(['open'])).rejects.toMatchObject({
      category: 'missing_tracker_secret',
      message: expect.stringContaining('GITHUB_TOKEN and GH_TOKEN are not set'),
    });
  });

  it('a state that there is not is told with those that there are', async () => {
    world.shop.openIssue({ title: 'One' });
    await expect(world.open().desk.move('1', 'Lost')).rejects.toMatchObject({
      category: 'invalid_tracker_config',
      message: expect.stringContaining('GitHub has no state Lost: it has open, closed'),
    });
  });
});
