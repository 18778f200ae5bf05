import { afterEach, beforeEach } from '@jest/globals';
import { lookAt } from '../../../../src/activities/forge/github/look.js';
import { logIn } from '../../../../src/activities/github/auth.js';
import type { GitHubClient } from '../../../../src/activities/github/client.js';
import { createGitHubClient } from '../../../../src/activities/github/client.js';
import { createGitHubReader } from '../../../../src/activities/forge/github/reader.js';
import { createChangeWatch } from '../../../../src/activities/forge/change-watch.js';
import type { TaskLine } from '../../../../src/activities/forge/task-line.js';
import type { Config } from '../../../../src/config/config.js';
import { parseConfig } from '../../../../src/config/parse.js';
import type { ChangePort } from '../../../../src/workflows/change-port.js';
import type { ChangeSeen } from '../../../../src/domain/change.js';
import type { HostDeps } from '../../../../src/activities/host.js';
import type { GitHub, GitHubRepository, Pull } from '../../../support/github/index.js';
import { openGitHub } from '../../../support/github/index.js';

export const place = { names: { owner: 'acme', repo: 'shop' } };
/** Whose token Continuo has, unless a test says otherwise. */
export const us = 'continuo-bot';

/** A repository on a GitHub of the test's own, with people of every role: `wes` may write, `rea` may read. */
export interface ForgeWorld {
  readonly github: GitHub;
  readonly shop: GitHubRepository;
  /** In ms; moves by the test's hand only. */
  now: number;
  client(token?: string): GitHubClient;
  /** A change by us, from a branch with one file of two lines. */
  open(number?: string): Promise<Pull>;
  look(number: number, client?: GitHubClient): Promise<ChangeSeen>;
  config(): Config;
  /** The activities as a worker that has just started has them. */
  watch(line: TaskLine, pause?: (ms: number) => Promise<void>): WatchPort;
}

type WatchPort = Pick<ChangePort, 'lookAtChanges' | 'watchChanges' | 'rerunChecks' | 'readChecks'>;

export function useForge(): ForgeWorld {
  let github: GitHub;
  let shop: GitHubRepository;
  const world: ForgeWorld = {
    get github() {
      return github;
    },
    get shop() {
      return shop;
    },
    now: 0,
    client: (token = github.token(us)) =>
      createGitHubClient({
        logIn: () =>
          logIn({ api_url: github.apiUrl, token: '$TOKEN', repository: place.names }, { TOKEN: token }),
        meter: noMeter,
        now: () => world.now,
      }),
    async open(name = 'one') {
      await shop.push(`continuo/${name}`, { [`${name}.txt`]: 'first\nsecond\n' }, { by: us });
      return shop.openPullRequest({ title: `Change ${name}`, head: `continuo/${name}`, by: us });
    },
    async look(number, client = world.client()) {
      const seen = (await lookAt(client, place, [number])).get(number);
      if (seen === undefined) throw new Error(`#${number} is not there`);
      return seen;
    },
    config: () => parseConfig('/srv/shop/WORKFLOW.md', workflowFile(github), {}),
    watch(line, pause) {
      const env = { GITHUB_TOKEN: github.token(us) };
      const log = { debug: silent, info: silent, warn: silent, error: silent };
      const configs = { get: () => Promise.resolve(world.config()) } as unknown as HostDeps['configs'];
      const deps = { host: 'host', env, log, configs, paths: {} as HostDeps['paths'] };
      const around = { meter: noMeter, now: () => world.now };
      const open = (config: Config) => createGitHubReader(config, deps, around);
      return createChangeWatch(deps, { open, line, ...(pause && { pause }) });
    },
  };
  beforeEach(async () => {
    world.now = Date.parse('2026-01-01T00:00:00Z');
    github = await openGitHub({ clock: () => new Date(world.now) });
    shop = await github.repository('acme/shop', { roles: { [us]: 'write', wes: 'write', rea: 'read' } });
  });
  afterEach(() => github.close());
  return world;
}

const noMeter = { called: silent, remains: silent };

function silent(): void {
  // What the worker logs is no part of these tests.
}

const workflowFile = (github: GitHub) => `---
tracker: { kind: github, provider: { repo: acme/shop, api_url: '${github.apiUrl}' } }
forge: { kind: github, provider: { repo: acme/shop } }
repository: { url: '${github.webUrl}/acme/shop.git' }
land: { mode: pull_request }
agent: { kind: command }
command: { run: 'true' }
---
Do it.
`;
