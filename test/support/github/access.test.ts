import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { GitHub, GitHubRepository } from './index.js';
import { openGitHub } from './index.js';
import { octokitFor } from './octokit.js';

let github: GitHub;
let widgets: GitHubRepository;
const at = { owner: 'acme', repo: 'widgets' };

beforeEach(async () => {
  github = await openGitHub();
  widgets = await github.repository('acme/widgets', {
    roles: { ana: 'write', tom: 'triage', rob: 'read' },
  });
});

afterEach(() => github.close());

describe('access', () => {
  it('needs a token that GitHub knows, and that has not ended', async () => {
    const expired = github.token('ana', { expiresAt: new Date(0) });
    const revoked = github.token('ana');
    github.revoke(revoked);
    for (const token of ['wrong', expired, revoked]) {
      const asked = octokitFor(github, token).rest.repos.get(at);
      await expect(asked).rejects.toMatchObject({ status: 401, message: /Bad credentials/ });
    }
    const { data } = await octokitFor(github, github.token('ana')).rest.users.getAuthenticated();
    expect(data.login).toBe('ana');
  });

  it('hides what a user or a token must not see', async () => {
    const asked = [
      octokitFor(github),
      octokitFor(github, github.token('stranger')),
      octokitFor(github, github.token('ana', { scopes: ['public_repo'] })),
      octokitFor(github, github.token('ana', { permissions: { issues: 'read' }, repositories: [] })),
    ].map((octokit) => octokit.rest.repos.get(at));
    for (const each of asked) await expect(each).rejects.toMatchObject({ status: 404 });
  });

  it('shows a public repository to everybody, and lets them open issues only', async () => {
    await github.repository('acme/open', { isPrivate: false });
    const open = { owner: 'acme', repo: 'open' };
    expect((await octokitFor(github).rest.repos.get(open)).data).toMatchObject({ private: false });
    const stranger = octokitFor(github, github.token('stranger'));
    const made = await stranger.rest.issues.create({ ...open, title: 'x', labels: ['bug'] });
    expect(made.data.labels).toEqual([]);
    const labeled = stranger.rest.issues.addLabels({ ...open, issue_number: 1, labels: ['bug'] });
    await expect(labeled).rejects.toMatchObject({ status: 403 });
    const anonymous = octokitFor(github).rest.issues.create({ ...open, title: 'x' });
    await expect(anonymous).rejects.toMatchObject({ status: 401 });
  });

  it('holds a fine-grained token to its permissions, and names what it lacks', async () => {
    const token = github.token('ana', { permissions: { issues: 'read', metadata: 'read' } });
    const octokit = octokitFor(github, token);
    expect((await octokit.rest.issues.listForRepo(at)).data).toEqual([]);
    await expect(octokit.rest.issues.create({ ...at, title: 'x' })).rejects.toMatchObject({
      status: 403,
      message: /Resource not accessible by personal access token/,
      response: { headers: { 'x-accepted-github-permissions': 'issues=write' } },
    });
  });

  it('tells the permission of a user to those who may write', async () => {
    const permission = async (token: string, username: string) => {
      const asked = octokitFor(github, token).rest.repos.getCollaboratorPermissionLevel;
      return (await asked({ ...at, username })).data;
    };
    const token = github.token('ana');
    expect(await permission(token, 'acme')).toMatchObject({ permission: 'admin' });
    expect(await permission(token, 'tom')).toMatchObject({ permission: 'read', role_name: 'triage' });
    github.user('stranger');
    expect(await permission(token, 'stranger')).toMatchObject({ permission: 'none' });
    await expect(permission(github.token('rob'), 'ana')).rejects.toMatchObject({ status: 403 });
    expect((await octokitFor(github, token).rest.repos.get(at)).data.permissions).toMatchObject({
      push: true,
      admin: false,
    });
  });

  it('ends with an archive, for writing', async () => {
    widgets.archive();
    const octokit = octokitFor(github, github.token('ana'));
    expect((await octokit.rest.repos.get(at)).data.archived).toBe(true);
    const made = octokit.rest.issues.create({ ...at, title: 'x' });
    await expect(made).rejects.toMatchObject({ status: 403, message: /archived/ });
  });

  it('follows a repository to its new name', async () => {
    widgets.openIssue({ title: 'x' });
    widgets.transfer({ owner: 'umbrella', name: 'gadgets' });
    widgets.permit('ana', 'write');
    const octokit = octokitFor(github, github.token('ana'));
    const { data } = await octokit.rest.issues.get({ ...at, issue_number: 1 });
    expect(data.repository_url).toBe(`${github.apiUrl}/repos/umbrella/gadgets`);
    expect(github.calls.map(({ status }) => status)).toEqual([301, 200]);
  });
});

describe('rate limits', () => {
  it('count an answer, but not one that the asker has already', async () => {
    const octokit = octokitFor(github, github.token('ana'));
    const { headers } = await octokit.rest.issues.listForRepo(at);
    expect(headers['x-ratelimit-remaining']).toBe('4999');
    const again = octokit.rest.issues.listForRepo({ ...at, headers: { 'if-none-match': headers.etag } });
    await expect(again).rejects.toMatchObject({
      status: 304,
      response: { headers: { 'x-ratelimit-remaining': '4999' } },
    });
    widgets.openIssue({ title: 'news' });
    const news = await octokit.rest.issues.listForRepo({
      ...at,
      headers: { 'if-none-match': headers.etag },
    });
    expect(news.data).toHaveLength(1);
    const { data } = await octokit.rest.rateLimit.get();
    expect(data.rate).toMatchObject({ limit: 5000, used: 2, remaining: 4998 });
  });

  it('refuse when nothing is left, until they begin anew', async () => {
    const octokit = octokitFor(github, github.token('ana'));
    const limit = github.rateLimit('ana');
    limit.remaining = 0;
    await expect(octokit.rest.repos.get(at)).rejects.toMatchObject({
      status: 403,
      message: /API rate limit exceeded/,
      response: { headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(limit.reset) } },
    });
    limit.reset = 1;
    expect((await octokit.rest.repos.get(at)).status).toBe(200);
  });
});

describe('faults', () => {
  const path = '/repos/acme/widgets/issues';
  const open = (title: string) =>
    octokitFor(github, github.token('ana')).rest.issues.create({ ...at, title });

  it('answer in the place of GitHub, so often as they are told', async () => {
    github.faults.add({ match: { method: 'POST', path }, times: 2, status: 502, body: 'no JSON' });
    await expect(open('one')).rejects.toMatchObject({ status: 502 });
    await expect(open('two')).rejects.toMatchObject({ status: 502 });
    await open('three');
    expect([...widgets.state.issues.values()]).toMatchObject([{ title: 'three' }]);
    expect(github.faults.met).toHaveLength(2);
  });

  it('say how long to wait after too many requests', async () => {
    github.faults.addSecondaryLimit({ retryAfterSeconds: 7 });
    await expect(open('one')).rejects.toMatchObject({
      status: 403,
      response: { headers: { 'retry-after': '7' } },
    });
  });

  it('lose the answer of what was done', async () => {
    github.faults.add({ match: { method: 'POST' }, reset: true, isAfter: true });
    await expect(open('done')).rejects.toMatchObject({ status: 500 });
    expect(widgets.issue(1).title).toBe('done');
  });

  it('cut an answer, and leave a request without one until the server is closed', async () => {
    github.faults.add({ match: { path: /issues$/ }, truncate: true });
    const list = () =>
      fetch(`${github.apiUrl}${path}`, { headers: { authorization: `token ${github.token('ana')}` } });
    await expect(list().then((response) => response.json())).rejects.toThrow();
    github.faults.add({ hang: true });
    const hanging = expect(list()).rejects.toThrow();
    while (github.faults.met.length < 2) await new Promise((resolve) => setImmediate(resolve));
    await github.close();
    await hanging;
  });
});
