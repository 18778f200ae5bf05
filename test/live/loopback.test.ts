import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { GitHub, GitHubRepository } from '../support/github/index.js';
import { openGitHub } from '../support/github/index.js';
import { variables } from './place.js';
import { gitHubSuite } from './suite.js';

/** What is written for a real repository would else be tried by nobody for months. */
describe('the suite for GitHub itself, on loopback', () => {
  const before = { ...process.env };
  let github: GitHub;
  let shop: GitHubRepository;
  beforeAll(async () => {
    github = await openGitHub();
    shop = await github.repository('acme/shop', { labels: ['bug'] });
    shop.openIssue({ title: 'Somebody else’s' });
    process.env[variables.token] = github.token('acme');
    process.env[variables.repo] = 'acme/shop';
    process.env[variables.apiUrl] = github.apiUrl;
  });
  afterAll(async () => {
    process.env = before;
    await github.close();
  });

  gitHubSuite();

  it('leaves nothing but closed pull requests', async () => {
    const { issues, labels, git } = shop.state;
    const left = [...issues.values()].filter(({ pull, state }) => pull === null || state === 'open');
    expect(left.map(({ title }) => title)).toEqual(['Somebody else’s']);
    expect(labels.map(({ name }) => name)).toEqual(['bug']);
    const refs = (await git.refs()).map(({ name }) => name);
    expect(refs.filter((name) => !name.startsWith('refs/pull/'))).toEqual(['refs/heads/main']);
  });
});
