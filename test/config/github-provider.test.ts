import { describe, expect, it } from '@jest/globals';
import { parseConfig } from '../../src/config/parse.js';
import { trackerSecrets } from '../../src/config/tracker-profiles.js';
import { viewOf } from '../../src/config/view.js';
import { workflowText } from './workflow-file.js';

const parse = (provider: string) =>
  parseConfig(
    '/srv/shop/WORKFLOW.md',
    workflowText({ tracker: `{ kind: github, provider: ${provider} }` }),
    {},
  );

describe('tracker.provider of GitHub', () => {
  it('needs nothing, and has the states of GitHub', () => {
    const config = parse('{}');
    expect(config.tracker).toMatchObject({ active_states: ['open'], terminal_states: ['closed'] });
    expect(viewOf(config).tracker).toMatchObject({ onDone: 'closed', told: true });
    expect(viewOf(parse('{ status_comment: false }')).tracker.told).toBeUndefined();
  });

  it.each([
    ['{ repo: shop }', 'tracker.provider.repo', 'owner/name'],
    ['{ token: ghp_abc }', 'tracker.provider.token', 'an environment variable with $'],
    ['{ app: { id: 1, private_key: key.pem } }', 'tracker.provider.app.private_key', 'with $'],
    ['{ app: 12 }', 'tracker.provider.app', 'a map with id and private_key'],
    ['{ api_url: "http://github.example.org" }', 'tracker.provider.api_url', 'https://'],
    ['{ api_url: "https://me:secret@github.example.org" }', 'tracker.provider.api_url', 'https://'],
    ['{ priority_labels: { now: 9 } }', 'tracker.provider.priority_labels.now', 'from 1 to 4'],
  ])('refuses %s, and says what is allowed', (provider, key, allowed) => {
    expect(() => parse(provider)).toThrow(key);
    expect(() => parse(provider)).toThrow(allowed);
  });

  it('keeps its variables from agents and checks', () => {
    expect(trackerSecrets(parse('{ token: $MINE }'))).toEqual(['MINE', 'GITHUB_TOKEN', 'GH_TOKEN']);
    expect(trackerSecrets(parse('{ app: { id: 1, private_key: "${KEY}" } }'))).toContain('KEY');
  });
});
