import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { WebhookDefinition } from '@octokit/webhooks-examples';
import type { Attention } from '../../../src/client/http/github-event.js';
import { attentionOf } from '../../../src/client/http/github-event.js';
import type { Listening } from '../../../src/client/http/listen.js';
import { listen } from '../../../src/client/http/listen.js';
import { createWebhooks, webhookPath } from '../../../src/client/http/webhooks.js';
import { openGitHub } from '../../support/github/index.js';

const secret = 'a secret of the test';
const sign = (body: string) => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

describe('webhooks', () => {
  let server: Listening;
  let heard: Attention[];
  let refused: unknown[];
  let isDown: boolean;
  let now: number;
  beforeEach(async () => {
    [heard, refused, isDown, now] = [[], [], false, 0];
    const app = createWebhooks({
      secret,
      hosts: ['127.0.0.1', 'hooks.example.org'],
      call: (attention) => {
        if (isDown) return Promise.reject(new Error('no server'));
        heard.push(attention);
        return Promise.resolve();
      },
      failed: (error) => refused.push(error),
      now: () => now,
    });
    server = await listen(app, { host: '127.0.0.1', port: 0 });
  });
  afterEach(() => server.close());

  /** As GitHub sends it, with what is wrong in a test. */
  function post(
    body: string,
    { path = webhookPath, ...headers }: Record<string, string> = {},
  ): Promise<{ status: number | undefined; retryAfter: string | undefined }> {
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          host: '127.0.0.1',
          port: server.port,
          method: 'POST',
          path,
          headers: {
            'content-type': 'application/json',
            'x-github-event': 'issues',
            'x-github-delivery': 'one',
            'x-hub-signature-256': sign(body),
            ...headers,
          },
        },
        (answer) => {
          answer.resume();
          const { statusCode: status, headers } = answer;
          answer.on('end', () => resolve({ status, retryAfter: headers['retry-after'] }));
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  }
  const status = async (...sent: Parameters<typeof post>) => (await post(...sent)).status;

  const opened = JSON.stringify({ action: 'opened', issue: { number: 7 } });

  it('are a reason to look, once for each delivery', async () => {
    expect(await status(opened)).toBe(202);
    expect(await status(opened)).toBe(204);
    expect(await status(opened, { 'x-github-delivery': 'two', host: 'Hooks.Example.org' })).toBe(202);
    expect(heard).toEqual([{ kind: 'tracker' }, { kind: 'tracker' }]);
  });

  it.each([
    ['no signature', { 'x-hub-signature-256': '' }],
    ['the signature of something else', { 'x-hub-signature-256': sign('{}') }],
    ['an old kind of signature', { 'x-hub-signature-256': `sha1=${'0'.repeat(40)}` }],
  ])('with %s are refused, and their ids are not remembered', async (_, headers) => {
    expect(await status(opened, headers)).toBe(401);
    expect(heard).toEqual([]);
    expect(await status(opened)).toBe(202);
  });

  it('are refused for another host, at another path, and where they are too large', async () => {
    expect(await status(opened, { host: 'evil.example' })).toBe(421);
    expect(await status(opened, { path: '/' })).toBe(404);
    // It is refused for what it says of itself, before it is sent.
    expect(await status('', { 'content-length': String(1024 * 1024 + 1) })).toBe(413);
    const endless = { 'transfer-encoding': 'chunked', 'x-github-delivery': 'endless' };
    const long = `${opened}${' '.repeat(2 * 1024 * 1024)}`;
    expect(await status(long, endless).catch(() => 413)).toBe(413);
    expect(await status(' '.repeat(1024 * 1024 - opened.length) + opened)).toBe(202);
    expect(heard).toHaveLength(1);
  });

  it('are refused for the rest of the minute where there are too many', async () => {
    for (let count = 0; count < 600; count += 1) await status('{}', { 'x-github-event': 'star' });
    now = 20_000;
    expect(await post(opened)).toEqual({ status: 429, retryAfter: '40' });
    now = 60_000;
    expect(await status(opened)).toBe(202);
  });

  it('that cannot be passed on are refused, and may come again', async () => {
    isDown = true;
    expect(await status(opened)).toBe(503);
    isDown = false;
    expect(await status(opened)).toBe(202);
    expect([refused.length, heard.length]).toEqual([1, 1]);
  });

  it('that say nothing of interest, or nothing that can be read, are taken without effect', async () => {
    for (const body of ['', 'null', '[]', '{"issue":', '\u0000', opened])
      expect(await status(body, { 'x-github-event': 'star' })).toBe(204);
    expect(await status('{}', { 'x-github-event': 'pull_request' })).toBe(204);
    expect(await status('{"pull_request":{"number":"1; drop"}}', { 'x-github-event': 'pull_request' })).toBe(
      204,
    );
    expect(heard).toEqual([]);
  });

  it('of a GitHub are heard in any order, doubled or not', async () => {
    const github = await openGitHub();
    try {
      const shop = await github.repository('acme/shop', { roles: { wes: 'write' } });
      await shop.push('topic', { 'a.txt': 'new\n' });
      github.webhooks.to(`http://127.0.0.1:${server.port}${webhookPath}`, secret);
      github.webhooks.from('double');
      shop.openIssue({ title: 'One' });
      await shop.openPullRequest({ title: 'Two', head: 'topic' });
      github.webhooks.from('hold');
      await shop.review(2, { by: 'wes', state: 'APPROVED' });
      shop.comment(2, '/continuo retry', { by: 'wes' });
      github.webhooks.release({ isReversed: true });
      await github.webhooks.settled();
      expect(heard).toEqual([
        { kind: 'tracker' },
        { kind: 'changes', numbers: [2] },
        { kind: 'changes', numbers: [2] },
        { kind: 'changes', numbers: [2] },
      ]);
    } finally {
      await github.close();
    }
  });
});

describe('payloads of GitHub', () => {
  const file = createRequire(import.meta.url).resolve('@octokit/webhooks-examples');
  const examples = JSON.parse(readFileSync(file, 'utf8')) as WebhookDefinition[];
  const all = examples.flatMap(({ name, examples: payloads }) =>
    payloads.map((payload, index) => ({ name, index, payload })),
  );
  const about: Record<string, (payload: never) => Attention | null> = {
    // GitHub calls a pull request an issue where it gets a milestone or the like.
    issues: ({ issue }: { issue: { number: number; pull_request?: object } }) =>
      issue.pull_request === undefined ? { kind: 'tracker' } : { kind: 'changes', numbers: [issue.number] },
    pull_request: ({ number }: { number: number }) => ({ kind: 'changes', numbers: [number] }),
    pull_request_review: (payload: { pull_request: { number: number } }) => ({
      kind: 'changes',
      numbers: [payload.pull_request.number],
    }),
    status: () => ({ kind: 'changes', numbers: null }),
    star: () => null,
    ping: () => null,
  };

  it.each(Object.keys(about))('of %s are understood', (name) => {
    const payloads = all.filter((each) => each.name === name);
    expect(payloads.length).toBeGreaterThan(0);
    for (const { payload } of payloads)
      expect(attentionOf(name, payload)).toEqual(about[name]?.(payload as never));
  });

  it('of every kind do no harm', () => {
    for (const { name, payload } of all) expect(() => attentionOf(name, payload)).not.toThrow();
  });

  it('of checks name the pull requests that they are about', () => {
    const check_run = { pull_requests: [{ number: 3 }, { number: 4 }] };
    expect(attentionOf('check_run', { check_run })).toEqual({ kind: 'changes', numbers: [3, 4] });
    expect(attentionOf('check_suite', { check_suite: { pull_requests: [] } })).toBeNull();
  });

  it('of a push are about all changes where the base has moved', () => {
    const repository = { default_branch: 'main' };
    expect(attentionOf('push', { ref: 'refs/heads/main', repository })).toEqual({
      kind: 'changes',
      numbers: null,
    });
    expect(attentionOf('push', { ref: 'refs/heads/topic', repository })).toBeNull();
  });

  it('of a comment on a pull request are about that, and not about an issue', () => {
    expect(attentionOf('issue_comment', { issue: { number: 5, pull_request: {} } })).toEqual({
      kind: 'changes',
      numbers: [5],
    });
    expect(attentionOf('issue_comment', { issue: { number: 5 } })).toEqual({ kind: 'tracker' });
  });
});
