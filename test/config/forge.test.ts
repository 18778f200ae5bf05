import { describe, expect, it } from '@jest/globals';
import { declaredSecrets } from '../../src/activities/keeper/environment.js';
import { gitHubAccesses, gitHubForge } from '../../src/config/forge-profiles.js';
import { parseConfig } from '../../src/config/parse.js';
import { viewOf } from '../../src/config/view.js';
import { workflowText } from './workflow-file.js';

const parse = (forge: string, more: Record<string, string> = {}) =>
  parseConfig('/srv/shop/WORKFLOW.md', workflowText({ forge, land: '{ mode: pull_request }', ...more }), {});
const github = '{ kind: github }';

describe('forge', () => {
  it('is a plain git repository unless the file says otherwise', () => {
    const { forge } = parse('{}', { land: '{ mode: merge }' });
    expect(forge).toEqual({ kind: 'local', provider: {} });
    expect(gitHubAccesses(parse('{}', { land: '{ mode: merge }' }))).toEqual([]);
  });

  it('on GitHub needs nothing more', () => {
    expect(gitHubForge(parse(github))).toEqual({
      api_url: 'https://api.github.com',
      labels: [],
      reviewers: [],
      team_reviewers: [],
      refresh_ms: 60_000,
    });
  });

  it.each([
    ['{ kind: gitea }', 'forge.kind: found "gitea", allowed: local, github'],
    ['{ kind: github, provider: { token: ghp_abc } }', 'forge.provider.token'],
    ['{ kind: github, provider: { reviewers: ann } }', 'forge.provider.reviewers'],
    ['{ kind: github, provider: { repo: shop } }', 'allowed: owner/name'],
  ])('refuses %s, and says what is allowed', (forge, message) => {
    expect(() => parse(forge)).toThrow(message);
  });

  it.each([
    ['{ mode: merge }', 'found "merge"'],
    ['{ mode: none }', 'found "none"'],
    ['-', 'found nothing'],
  ])('of GitHub with land %s: names what of the two to change', (land, found) => {
    const message = `land.mode: ${found}, allowed: pull_request, because forge.kind is github; to land by git alone leave forge out`;
    expect(() => parse(github, { land, tracker: '{ kind: github }' })).toThrow(message);
  });

  it('has a task file take its new state apart, which a landing by git has in its commit', () => {
    expect(viewOf(parse(github)).tracker.onDone).toBe('Done');
    expect(viewOf(parse('{}', { land: '{ mode: merge }' })).tracker.onDone).toBeUndefined();
  });

  it('needs a repository', () => {
    expect(() => parse(github, { repository: '-' })).toThrow('repository: found nothing');
  });

  it('keeps its variables from hooks, agents and checks', () => {
    const secrets = (provider: string) => declaredSecrets(parse(`{ kind: github, provider: ${provider} }`));
    expect(secrets('{}')).toEqual(['GITHUB_TOKEN', 'GH_TOKEN']);
    expect(secrets('{ token: $MINE }')).toEqual(['MINE', 'GITHUB_TOKEN', 'GH_TOKEN']);
    expect(secrets('{ app: { id: 1, private_key: "${KEY}" } }')).toContain('KEY');
    expect(declaredSecrets(parse('{}', { land: '{ mode: merge }' }))).toEqual([]);
  });

  it('logs in as the tracker does, unless it says something of that itself', () => {
    const api = 'https://github.example.org/api/v3';
    const tracker = `{ kind: github, provider: { repo: acme/issues, api_url: "${api}", token: $MINE } }`;
    const ofTracker = { api_url: api, token: '$MINE' };
    expect(gitHubForge(parse(github, { tracker }))).toMatchObject(ofTracker);
    expect(gitHubForge(parse(github, { tracker })).repo).toBeUndefined();
    const own = gitHubForge(parse('{ kind: github, provider: { token: $OTHER } }', { tracker }));
    expect(own).toMatchObject({ api_url: 'https://api.github.com', token: '$OTHER' });
    expect(gitHubAccesses(parse(github, { tracker })).map(({ repo }) => repo)).toEqual([
      undefined,
      'acme/issues',
    ]);
  });
});
