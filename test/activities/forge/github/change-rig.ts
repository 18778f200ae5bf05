import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from '@jest/globals';
import type { ChangeKeeper } from '../../../../src/activities/forge/change-keeper.js';
import { createGitHubKeeper } from '../../../../src/activities/forge/github/index.js';
import { checkpointRef } from '../../../../src/activities/git/keys.js';
import type { HostDeps } from '../../../../src/activities/host.js';
import { parseConfig } from '../../../../src/config/parse.js';
import { dataPaths } from '../../../../src/config/paths.js';
import type { MergeInput } from '../../../../src/activities/forge/github/merge.js';
import type { ShowChangeInput, ShowChangeOutcome } from '../../../../src/workflows/change-port.js';
import { testWorkspace } from '../../../support/fake-ports.js';
import type { GitHub, GitHubRepository } from '../../../support/github/index.js';
import { openGitHub } from '../../../support/github/index.js';

/** Whose token Continuo has. */
export const us = 'continuo-bot';
const signature = { name: 'Continuo', email: 'continuo@localhost' };

export interface ChangeRig {
  readonly github: GitHub;
  readonly shop: GitHubRepository;
  readonly logged: string[];
  deps(provider?: string): HostDeps;
  /** A worker that has just started. `provider`: more of the section, in YAML's flow style, with a comma before it. */
  keeper(provider?: string): ChangeKeeper;
  /** A checkpoint of the task, made on another host, on top of `parent` or of the base. */
  work(files: Record<string, string>, parent?: string): Promise<string>;
  input(more: Partial<ShowChangeInput> & { sha: string }): ShowChangeInput;
  show(more: Partial<ShowChangeInput> & { sha: string }, keeper?: ChangeKeeper): Promise<ShowChangeOutcome>;
  mergeInput(more: Partial<MergeInput> & { sha: string }): MergeInput;
}

export function useChangeRig(options: RigOptions = {}): ChangeRig {
  const rig = createChangeRig(options);
  beforeEach(rig.open);
  afterEach(rig.remove);
  return rig;
}

interface RigOptions {
  tracker?: 'github' | 'file';
}

export function createChangeRig({ tracker = 'github' }: RigOptions = {}) {
  const before = { ...process.env };
  let github: GitHub;
  let shop: GitHubRepository;
  let folder: string;
  const logged: string[] = [];
  const log = (message: string, fields?: unknown) => void logged.push(`${message} ${JSON.stringify(fields)}`);

  const open = async () => {
    logged.length = 0;
    folder = mkdtempSync(join(tmpdir(), 'continuo-change-'));
    github = await openGitHub();
    shop = await github.repository('acme/shop', {
      files: { 'README.md': 'Shop\n', 'sum.js': 'one\ntwo\nthree\n' },
      roles: { [us]: 'write', wes: 'write', ann: 'write', rea: 'read' },
    });
    process.env.GITHUB_TOKEN = github.token(us);
  };
  const remove = async () => {
    process.env = { ...before };
    await github.close();
    rmSync(folder, { recursive: true });
  };

  const configOf = (provider: string) => {
    const text = `---
project: { name: shop }
tracker: { kind: ${tracker}${tracker === 'github' ? `, provider: { api_url: "${github.apiUrl}" }` : ''} }
repository: { url: ${shop.cloneUrl}, base: main }
forge: { kind: github, provider: { api_url: "${github.apiUrl}"${provider} } }
land: { mode: pull_request }
agent: { kind: command }
command: { run: 'true' }
---
`;
    return parseConfig(join(folder, 'WORKFLOW.md'), text, {});
  };

  const rig: ChangeRig = {
    get github() {
      return github;
    },
    get shop() {
      return shop;
    },
    logged,
    deps: (provider = '') => ({
      host: 'here',
      paths: dataPaths(join(folder, 'data')),
      env: process.env,
      configs: { put: () => Promise.resolve(), get: () => Promise.resolve(configOf(provider)) },
      log: { debug: log, info: log, warn: log, error: log },
    }),
    keeper: (provider = '') => createGitHubKeeper(configOf(provider), rig.deps(provider)),
    async work(files, parent) {
      const { git } = shop.state;
      const start = parent ?? (await shop.branch('main')) ?? '';
      const sha = await git.commit(await git.treeWith(start, files), [start], 'Work\n', signature);
      await git.updateRef(checkpointRef('shop', 'GH-1', 'there'), sha);
      return sha;
    },
    input: (more) => ({
      config: 'hash',
      project: 'shop',
      identifier: 'GH-1',
      issueId: '1',
      source: 'tracker',
      workspace: testWorkspace,
      number: null,
      base: 'main',
      title: 'Add the numbers',
      body: '## What\n\nThey are added.',
      isDraft: true,
      checks: [],
      findings: [],
      answers: [],
      ...more,
    }),
    show: (more, keeper = rig.keeper()) => keeper.show(rig.input(more), new AbortController().signal),
    mergeInput: (more) => ({
      config: 'hash',
      project: 'shop',
      identifier: 'GH-1',
      number: 1,
      base: 'main',
      strategy: 'squash',
      title: 'Add the numbers',
      ...more,
    }),
  };
  return Object.assign(rig, { open, remove });
}
