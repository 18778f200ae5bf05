import { createHmac } from 'node:crypto';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { App } from 'octokit';
import type { GitHub, GitHubRepository } from './index.js';
import { openGitHub } from './index.js';
import { octokitFor } from './octokit.js';

let github: GitHub;
let widgets: GitHubRepository;

beforeEach(async () => {
  github = await openGitHub();
  widgets = await github.repository('acme/widgets', { roles: { ana: 'write' } });
});

afterEach(() => github.close());

describe('webhooks', () => {
  let server: Server;
  let got: { event: string; id: string; action: string }[];

  beforeEach(async () => {
    got = [];
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const { headers } = request;
        const signature = `sha256=${createHmac('sha256', 'secret').update(body).digest('hex')}`;
        const { action = '' } = JSON.parse(body) as { action?: string };
        if (headers['x-hub-signature-256'] === signature)
          got.push({
            event: String(headers['x-github-event']),
            id: String(headers['x-github-delivery']),
            action,
          });
        response.end();
      });
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    github.webhooks.to(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'secret');
  });

  afterEach(() => new Promise((closed) => server.close(closed)));

  const told = async () => {
    await github.webhooks.settled();
    return got.map(({ event, action }) => `${event} ${action}`.trim());
  };

  it('tell of every change, signed, in its order', async () => {
    widgets.openIssue({ title: 'Broken', labels: ['bug'] });
    widgets.comment(1, 'Me too');
    const sha = await widgets.push('topic', { 'b.txt': 'new\n' });
    await widgets.openPullRequest({ title: 'Add b', body: 'Fixes #1', head: 'topic' });
    await widgets.review(2, { by: 'ana', state: 'APPROVED' });
    widgets.check(sha, 'ci', { conclusion: 'success' });
    widgets.status(sha, 'lint', 'success');
    await widgets.mergePullRequest(2);
    expect(await told()).toEqual([
      'issues opened',
      'issues labeled',
      'issue_comment created',
      'push',
      'pull_request opened',
      'pull_request_review submitted',
      'check_run created',
      'check_run completed',
      'check_suite completed',
      'status',
      'pull_request closed',
      'issues closed',
      'push',
    ]);
    expect(new Set(got.map(({ id }) => id)).size).toBe(got.length);
    expect(github.webhooks.deliveries.every(({ status }) => status === 200)).toBe(true);
  });

  it('are doubled, dropped, held back and sent in another order on demand', async () => {
    github.webhooks.from('double');
    widgets.openIssue({ title: 'Broken' });
    expect(await told()).toEqual(['issues opened', 'issues opened']);
    expect(got[0]?.id).toBe(got[1]?.id);
    github.webhooks.from('drop');
    widgets.closeIssue(1);
    github.webhooks.from('hold');
    widgets.reopenIssue(1);
    widgets.comment(1, 'Again');
    expect(await told()).toHaveLength(2);
    github.webhooks.release({ isReversed: true });
    expect((await told()).slice(2)).toEqual(['issue_comment created', 'issues reopened']);
  });
});

describe('an app', () => {
  const permissions = { issues: 'write', checks: 'write' } as const;
  const at = { owner: 'acme', repo: 'widgets' };

  it('gets a token for its key, which works until it expires', async () => {
    const { appId, privateKey, installationId } = github.app('robot', { on: 'acme', permissions });
    const token = await tokenFor(appId, privateKey, installationId);
    const robot = octokitFor(github, token).rest;
    const { data } = await robot.issues.create({ ...at, title: 'By a robot' });
    expect(data.user).toMatchObject({ login: 'robot[bot]', type: 'Bot' });
    const sha = String(await widgets.branch('main'));
    const run = (await robot.checks.create({ ...at, name: 'ci', head_sha: sha })).data;
    const edit = { ...at, check_run_id: run.id, conclusion: 'success' } as const;
    expect((await robot.checks.update(edit)).data).toMatchObject({ status: 'completed' });
    await expect(
      robot.pulls.create({ ...at, title: 'x', head: 'topic', base: 'main' }),
    ).rejects.toMatchObject({ status: 403 });
    github.expire(token);
    await expect(robot.issues.get({ ...at, issue_number: 1 })).rejects.toMatchObject({ status: 401 });
  });

  it('is not believed with another key', async () => {
    const { appId, installationId } = github.app('robot', { on: 'acme', permissions });
    const { privateKey } = github.app('other', { on: 'acme', permissions });
    await expect(tokenFor(appId, privateKey, installationId)).rejects.toMatchObject({ status: 401 });
  });

  async function tokenFor(appId: number, privateKey: string, installationId: number): Promise<string> {
    const app = new App({ appId, privateKey });
    const { data } = await app.octokit.request('POST /app/installations/{installation_id}/access_tokens', {
      baseUrl: github.apiUrl,
      installation_id: installationId,
    });
    return data.token;
  }
});
