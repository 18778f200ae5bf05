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
  widgets = await github.repository('acme/widgets', { roles: { ana: 'write' } });
  octokit = octokitFor(github, github.token('ana'));
});

afterEach(() => github.close());

describe('a branch that is renamed', () => {
  it('takes its protection, its pull requests and being the default with it', async () => {
    widgets.protect('main', { requiredContexts: ['ci'] });
    await widgets.push('topic', { 'b.txt': 'new\n' });
    await widgets.openPullRequest({ title: 'Add b', head: 'topic' });
    const sha = await widgets.branch('main');
    await widgets.renameBranch('main', 'trunk');
    expect(await widgets.branch('main')).toBeNull();
    expect(await widgets.branch('trunk')).toBe(sha);
    expect((await octokit.rest.repos.get(at)).data.default_branch).toBe('trunk');
    expect((await octokit.rest.pulls.get({ ...at, pull_number: 1 })).data).toMatchObject({
      state: 'open',
      base: { ref: 'trunk' },
      mergeable_state: 'blocked',
    });
    await expect(widgets.renameBranch('main', 'other')).rejects.toThrow('has no branch main');
  });

  it('closes the pull request whose head it was', async () => {
    await widgets.push('topic', { 'b.txt': 'new\n' });
    await widgets.openPullRequest({ title: 'Add b', head: 'topic' });
    await widgets.renameBranch('topic', 'subject');
    expect(widgets.issue(1).state).toBe('closed');
  });
});

describe('a branch that is deleted', () => {
  it('is told of as a push to nothing, and its pull requests are closed', async () => {
    const sha = await widgets.push('topic', { 'b.txt': 'new\n' });
    await widgets.openPullRequest({ title: 'Add b', head: 'topic' });
    const told: object[] = [];
    github.world.listeners.push(({ event, ...more }) => {
      if (event === 'push') told.push(more);
    });
    await widgets.deleteBranch('topic', { by: 'ana' });
    expect(told).toMatchObject([
      { by: { login: 'ana' }, ref: 'refs/heads/topic', before: sha, after: '0'.repeat(40) },
    ]);
    expect(widgets.issue(1)).toMatchObject({ state: 'closed', pull: { mergedAt: null } });
  });
});

describe('a protected branch', () => {
  it('is neither moved nor deleted by the API, but for an administrator who is exempt', async () => {
    const sha = await widgets.push('topic', { 'b.txt': 'new\n' });
    widgets.protect('main', { enforcesAdmins: false });
    const ref = { ...at, ref: 'heads/main' };
    const refused = { status: 422, message: expect.stringContaining('through a pull request') };
    await expect(octokit.rest.git.updateRef({ ...ref, sha })).rejects.toMatchObject(refused);
    await expect(octokit.rest.git.updateRef({ ...ref, sha, force: true })).rejects.toMatchObject(refused);
    await expect(octokit.rest.git.deleteRef(ref)).rejects.toMatchObject(refused);
    expect(await widgets.branch('main')).not.toBe(sha);
    const { data } = await octokitFor(github, github.token('acme')).rest.git.updateRef({ ...ref, sha });
    expect(data.object.sha).toBe(sha);
    expect(await widgets.branch('main')).toBe(sha);
  });
});
