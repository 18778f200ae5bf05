import { afterEach, beforeEach } from '@jest/globals';
import type { Surroundings } from '../../../../src/activities/tracker/github/index.js';
import { createGitHubTracker } from '../../../../src/activities/tracker/github/index.js';
import type { Desk, Tracker } from '../../../../src/activities/tracker/tracker.js';
import type { Config } from '../../../../src/config/config.js';
import { parseConfig } from '../../../../src/config/parse.js';
import type { Environment } from '../../../../src/config/environment.js';
import type { GitHub, GitHubRepository } from '../../../support/github/index.js';
import { openGitHub } from '../../../support/github/index.js';

/** A repository on a GitHub of the test's own, and trackers that look at it. */
export interface GitHubWorld {
  readonly github: GitHub;
  readonly shop: GitHubRepository;
  /** In ms; moves by the test's hand only. */
  now: number;
  /** As a worker that has just started has it. `provider`: more lines of the configuration. */
  open(more?: { provider?: string; env?: Environment } & Surroundings): Tracker & { desk: Desk };
}

/** `isLive`: all clocks are the machine's. */
export function useGitHub({ isLive = false } = {}): GitHubWorld {
  let github: GitHub;
  let shop: GitHubRepository;
  const clock = () => (isLive ? Date.now() : world.now);
  const world: GitHubWorld = {
    get github() {
      return github;
    },
    get shop() {
      return shop;
    },
    now: 0,
    open({ provider = '', env = { GITHUB_TOKEN: github.token('acme') }, ...around } = {}) {
      const tracker = createGitHubTracker(configOf(github, provider), env, {
        now: clock,
        ...around,
      });
      if (tracker.desk === undefined) throw new Error('GitHub has a desk');
      return { ...tracker, desk: tracker.desk };
    },
  };
  beforeEach(async () => {
    world.now = Date.parse('2026-01-01T00:00:00Z');
    github = await openGitHub({ clock: () => new Date(clock()) });
    shop = await github.repository('acme/shop');
  });
  afterEach(() => github.close());
  return world;
}

/** `provider`: lines of `tracker.provider`. */
export function configOf(github: GitHub, provider: string): Config {
  const lines = provider.split('\n').map((line) => `    ${line.trim()}`);
  const text = `---
tracker:
  kind: github
  provider:
    repo: acme/shop
    api_url: ${github.apiUrl}
${lines.join('\n')}
agent: { kind: command }
command: { run: 'true' }
---
Do it.
`;
  return parseConfig('/srv/shop/WORKFLOW.md', text, {});
}
