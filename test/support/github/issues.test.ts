import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Octokit } from 'octokit';
import type { GitHub, GitHubRepository } from './index.js';
import { openGitHub } from './index.js';
import { octokitFor } from './octokit.js';

let github: GitHub;
let widgets: GitHubRepository;
let octokit: Octokit;
const at = { owner: 'acme', repo: 'widgets' };

beforeEach(async () => {
  github = await openGitHub();
  widgets = await github.repository('acme/widgets', {
    roles: { ana: 'write', tom: 'triage', rob: 'read' },
    labels: ['bug'],
  });
  octokit = octokitFor(github, github.token('ana'));
});

afterEach(() => github.close());

describe('issues', () => {
  it('are listed by state, label, assignee and time, pull requests among them', async () => {
    const bug = widgets.openIssue({ title: 'Broken', labels: ['bug'], assignees: ['ana'] });
    widgets.openIssue({ title: 'Closed' });
    widgets.closeIssue(2);
    const titles = async (query: object) =>
      (await octokit.rest.issues.listForRepo({ ...at, ...query })).data.map(({ title }) => title);
    expect(await titles({})).toEqual(['Broken']);
    expect(await titles({ state: 'all' })).toEqual(['Closed', 'Broken']);
    expect(await titles({ state: 'all', direction: 'asc' })).toEqual(['Broken', 'Closed']);
    expect(await titles({ labels: 'BUG' })).toEqual(['Broken']);
    expect(await titles({ labels: 'bug,other' })).toEqual([]);
    expect(await titles({ assignee: 'ana' })).toEqual(['Broken']);
    expect(await titles({ assignee: 'none', state: 'all' })).toEqual(['Closed']);
    bug.updatedAt = '2999-01-01T00:00:00Z';
    expect(await titles({ state: 'all', since: '2998-01-01T00:00:00Z' })).toEqual(['Broken']);
  });

  it('come by pages with links to the others', async () => {
    for (let count = 1; count <= 5; count += 1) widgets.openIssue({ title: `${count}` });
    const all = await octokit.paginate(octokit.rest.issues.listForRepo, { ...at, per_page: 2 });
    expect(all.map(({ title }) => title)).toEqual(['5', '4', '3', '2', '1']);
    expect(github.calls).toHaveLength(3);
    expect(github.calls[2]).toMatchObject({ path: '/repos/acme/widgets/issues', status: 200 });
  });

  it('are opened, edited, closed with a reason and reopened', async () => {
    const body = `${'long '.repeat(13_000)}\u0000<script>\r\n`;
    const { data } = await octokit.rest.issues.create({ ...at, title: 'New', body, labels: ['fresh'] });
    expect(data).toMatchObject({ number: 1, body, labels: [{ name: 'fresh' }], user: { login: 'ana' } });
    const edit = { ...at, issue_number: 1 };
    await octokit.rest.issues.update({ ...edit, title: 'Newer', assignees: ['tom'] });
    await octokit.rest.issues.update({ ...edit, state: 'closed', state_reason: 'not_planned' });
    const closed = (await octokit.rest.issues.get(edit)).data;
    expect(closed).toMatchObject({ title: 'Newer', state: 'closed', state_reason: 'not_planned' });
    expect(closed).toMatchObject({ closed_by: { login: 'ana' }, assignee: { login: 'tom' } });
    await octokit.rest.issues.update({ ...edit, state: 'open' });
    expect(widgets.issue(1)).toMatchObject({ state: 'open', stateReason: 'reopened', closedAt: null });
  });

  it('refuse a body that is too long, a title that is missing and an assignee without access', async () => {
    const refused = (wanted: object) =>
      expect(octokit.request('POST /repos/{owner}/{repo}/issues', { ...at, title: 'x', ...wanted })).rejects;
    await refused({ body: 'x'.repeat(65_537) }).toMatchObject({ status: 422 });
    await refused({ title: undefined }).toMatchObject({ status: 422 });
    await refused({ assignees: ['stranger'] }).toMatchObject({
      status: 422,
      response: { data: { errors: [{ field: 'assignees', value: 'stranger' }] } },
    });
  });

  it('take labels and assignees, and leave out whom they cannot be given to', async () => {
    widgets.openIssue({ title: 'x' });
    const issue = { ...at, issue_number: 1 };
    await octokit.rest.issues.addLabels({ ...issue, labels: ['bug', 'new'] });
    await octokit.rest.issues.removeLabel({ ...issue, name: 'bug' });
    await octokit.rest.issues.addAssignees({ ...issue, assignees: ['tom', 'stranger'] });
    const { data } = await octokit.rest.issues.get(issue);
    expect(data.labels).toMatchObject([{ name: 'new' }]);
    expect(data.assignees?.map(({ login }) => login)).toEqual(['tom']);
    await expect(octokit.rest.issues.removeLabel({ ...issue, name: 'bug' })).rejects.toMatchObject({
      status: 404,
    });
    await octokit.rest.issues.removeAssignees({ ...issue, assignees: ['tom'] });
    await octokit.rest.issues.setLabels({ ...issue, labels: ['bug'] });
    expect(widgets.issue(1)).toMatchObject({ assignees: [], labels: [{ name: 'bug' }] });
  });

  it('carry comments, which are edited in place', async () => {
    widgets.openIssue({ title: 'x' });
    const { data } = await octokit.rest.issues.createComment({ ...at, issue_number: 1, body: 'first' });
    const comment = { ...at, comment_id: data.id };
    await octokit.rest.issues.updateComment({ ...comment, body: 'second' });
    expect((await octokit.rest.issues.getComment(comment)).data).toMatchObject({ body: 'second' });
    const listed = await octokit.rest.issues.listComments({ ...at, issue_number: 1 });
    expect(listed.data).toMatchObject([{ id: data.id, body: 'second', user: { login: 'ana' } }]);
    const reader = octokitFor(github, github.token('rob'));
    const edit = reader.rest.issues.updateComment({ ...comment, body: 'third' });
    await expect(edit).rejects.toMatchObject({ status: 403 });
  });

  it('wait for each other and stand below each other', async () => {
    const [first, second] = ['one', 'two', 'three'].map((title) => widgets.openIssue({ title }));
    const path = '/repos/{owner}/{repo}/issues/{number}';
    await octokit.request(`POST ${path}/dependencies/blocked_by`, { ...at, number: 2, issue_id: first!.id });
    await octokit.request(`POST ${path}/sub_issues`, { ...at, number: 3, sub_issue_id: second!.id });
    const blockers = await octokit.request(`GET ${path}/dependencies/blocked_by`, { ...at, number: 2 });
    expect(blockers.data).toMatchObject([{ number: 1 }]);
    const children = await octokit.request(`GET ${path}/sub_issues`, { ...at, number: 3 });
    expect(children.data).toMatchObject([{ number: 2 }]);
    expect((await octokit.rest.issues.get({ ...at, issue_number: 2 })).data).toMatchObject({
      issue_dependencies_summary: { blocked_by: 1, total_blocked_by: 1 },
      parent_issue_url: `${github.apiUrl}/repos/acme/widgets/issues/3`,
    });
  });

  it('are written by the ghost when their author is deleted', async () => {
    widgets.openIssue({ title: 'x', by: 'rob' });
    github.deleteUser('rob');
    const { data } = await octokit.rest.issues.get({ ...at, issue_number: 1 });
    expect(data.user?.login).toBe('ghost');
  });

  it('are followed to where they were transferred, and are gone when deleted', async () => {
    const gadgets = await github.repository('acme/gadgets', { roles: { ana: 'read' } });
    const secret = await github.repository('acme/secret');
    for (const title of ['moved', 'hidden', 'deleted']) widgets.openIssue({ title });
    widgets.transferIssue(1, gadgets);
    widgets.transferIssue(2, secret);
    widgets.deleteIssue(3);
    const issue = (issue_number: number) => octokit.rest.issues.get({ ...at, issue_number });
    expect((await issue(1)).data).toMatchObject({ title: 'moved', number: 1 });
    await expect(issue(2)).rejects.toMatchObject({ status: 404 });
    await expect(issue(3)).rejects.toMatchObject({ status: 410 });
  });
});

describe('refs', () => {
  it('are created once, whoever else tries', async () => {
    const sha = (await widgets.branch('main'))!;
    const ref = { ...at, ref: 'refs/continuo/claims/7', sha };
    const tries = await Promise.allSettled([1, 2, 3].map(() => octokit.rest.git.createRef(ref)));
    const failed = tries.filter(({ status }) => status === 'rejected');
    expect(failed).toHaveLength(2);
    expect(failed[0]).toMatchObject({ reason: { status: 422, message: /already exists/ } });
  });

  it('are read, listed by their beginning and deleted', async () => {
    const sha = (await widgets.branch('main'))!;
    for (const number of [7, 70]) {
      await octokit.rest.git.createRef({ ...at, ref: `refs/continuo/claims/${number}`, sha });
    }
    const one = await octokit.rest.git.getRef({ ...at, ref: 'continuo/claims/7' });
    expect(one.data).toMatchObject({ ref: 'refs/continuo/claims/7', object: { sha, type: 'commit' } });
    const listed = () => octokit.rest.git.listMatchingRefs({ ...at, ref: 'continuo/claims/' });
    expect((await listed()).data).toHaveLength(2);
    await octokit.rest.git.deleteRef({ ...at, ref: 'continuo/claims/7' });
    expect((await listed()).data.map(({ ref }) => ref)).toEqual(['refs/continuo/claims/70']);
    const gone = octokit.rest.git.deleteRef({ ...at, ref: 'continuo/claims/7' });
    await expect(gone).rejects.toMatchObject({ status: 422 });
    const unknown = { ...at, ref: 'refs/heads/x', sha: 'f'.repeat(40) };
    await expect(octokit.rest.git.createRef(unknown)).rejects.toMatchObject({ status: 422 });
  });

  it('are created by those only who may write', async () => {
    const sha = (await widgets.branch('main'))!;
    const reader = octokitFor(github, github.token('rob'));
    const made = reader.rest.git.createRef({ ...at, ref: 'refs/continuo/claims/1', sha });
    await expect(made).rejects.toMatchObject({ status: 403 });
  });
});
