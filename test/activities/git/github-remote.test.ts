import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { openMirror } from '../../../src/activities/git/mirror.js';
import { pushRefs } from '../../../src/activities/git/push.js';
import { parseConfig } from '../../../src/config/parse.js';
import { dataPaths } from '../../../src/config/paths.js';
import type { GitHub, GitHubRepository } from '../../support/github/index.js';
import { openGitHub } from '../../support/github/index.js';

const minuteMs = 60_000;

describe('git towards GitHub', () => {
  let github: GitHub;
  let shop: GitHubRepository;
  let folder: string;
  let now: number;
  const before = { ...process.env };

  beforeEach(async () => {
    now = Date.now();
    github = await openGitHub({ clock: () => new Date(now) });
    shop = await github.repository('acme/shop');
    folder = mkdtempSync(join(tmpdir(), 'continuo-remote-'));
    for (const name of ['GITHUB_TOKEN', 'GH_TOKEN']) delete process.env[name];
  });
  afterEach(async () => {
    process.env = { ...before };
    jest.restoreAllMocks();
    await github.close();
    rmSync(folder, { recursive: true });
  });

  const mirrorOf = (sections: string) => {
    const text = `---
repository: { url: ${shop.cloneUrl} }
agent: { kind: command }
command: { run: 'true' }
${sections}
---
`;
    const config = parseConfig(join(folder, 'WORKFLOW.md'), text, {});
    return openMirror({ paths: dataPaths(join(folder, 'data')), config });
  };
  const forge = (more = '') =>
    `forge: { kind: github, provider: { api_url: "${github.apiUrl}"${more} } }\nland: { mode: pull_request }\ntracker: { kind: file }`;
  const tracker = () => `tracker: { kind: github, provider: { api_url: "${github.apiUrl}" } }`;
  const who = () => [...new Set(github.calls.map(({ login }) => login))];

  it.each([
    ['the forge', forge],
    ['the tracker', tracker],
  ])('is let in with the credential of %s, to fetch and to push', async (_, sections) => {
    process.env.GITHUB_TOKEN = github.token('acme');
    const mirror = await mirrorOf(sections());
    await mirror.fetch();
    const sha = await mirror.resolve('main');
    const refspecs = [`${sha ?? ''}:refs/heads/continuo/one`];
    const pushed = await pushRefs({ gitDir: mirror.gitDir, remote: mirror.remote, refspecs });
    expect(pushed).toEqual({ kind: 'pushed' });
    expect(await shop.branch('continuo/one')).toBe(sha);
    expect(await mirror.fetchRefs('refs/heads/continuo/*')).toBe(true);
    expect(who()).toEqual(['acme']);
  });

  it('leaves the token in no argument, file or message', async () => {
    const token = github.token('acme');
    process.env.GITHUB_TOKEN = token;
    const log = recordGit();
    const mirror = await mirrorOf(forge());
    await mirror.fetch();
    github.revoke(token);
    const failed = await mirror.fetch().catch((error: unknown) => error);
    expect(String(failed)).toContain(shop.cloneUrl);
    const secrets = [token, Buffer.from(`x-access-token:${token}`).toString('base64')];
    const texts = [readFileSync(log, 'utf8'), String(failed), JSON.stringify(failed), ...filesBelow(folder)];
    expect(texts[0]).toContain('fetch');
    for (const secret of secrets) expect(texts.filter((text) => text.includes(secret))).toEqual([]);
  });

  it('asks for no credential where the address is elsewhere, and sends it nowhere else', async () => {
    process.env.GITHUB_TOKEN = github.token('acme');
    const other = await openGitHub();
    try {
      await other.repository('acme/shop');
      const sections = `tracker: { kind: github, provider: { api_url: "${other.apiUrl}" } }`;
      const mirror = await mirrorOf(sections);
      expect(await mirror.remote.environment()).toEqual({});
      await expect(mirror.fetch()).rejects.toThrow('cannot be used');
      expect(other.calls).toEqual([]);
    } finally {
      await other.close();
    }
  });

  it('asks the helpers of the user where no credential is set', async () => {
    const token = github.token('acme');
    const helper = `!f() { echo username=x; echo password=${token}; }; f`;
    writeFileSync(join(folder, 'gitconfig'), `[credential]\n\thelper = "${helper.replaceAll('"', '\\"')}"\n`);
    process.env.GIT_CONFIG_GLOBAL = join(folder, 'gitconfig');
    const mirror = await mirrorOf(tracker());
    await mirror.fetch();
    expect(await mirror.resolve('main')).toBe(await shop.branch('main'));
  });

  it('has the token of an App renewed before it is over', async () => {
    const permissions = { contents: 'write', metadata: 'read' } as const;
    const { appId, privateKey, installationId } = github.app('continuo', { on: 'acme', permissions });
    process.env.KEY = privateKey;
    jest.spyOn(Date, 'now').mockImplementation(() => now);
    const app = `, app: { id: ${appId}, private_key: $KEY, installation_id: ${installationId} }`;
    const mirror = await mirrorOf(forge(app));
    const tokens = () => github.calls.filter(({ path }) => path.endsWith('/access_tokens')).length;
    await mirror.fetch();
    await mirror.fetch();
    expect(tokens()).toBe(1);
    now += 61 * minuteMs;
    await mirror.fetch();
    expect(tokens()).toBe(2);
  });

  /** Every run of git writes down its arguments. */
  function recordGit(): string {
    const bin = join(folder, 'bin');
    const log = join(folder, 'git.log');
    mkdirSync(bin);
    const real = (process.env.PATH ?? '')
      .split(delimiter)
      .map((place) => join(place, 'git'))
      .find(existsSync);
    writeFileSync(join(bin, 'git'), `#!/bin/sh\necho "$@" >> ${log}\nexec ${real ?? ''} "$@"\n`);
    chmodSync(join(bin, 'git'), 0o755);
    process.env.PATH = `${bin}${delimiter}${process.env.PATH ?? ''}`;
    return log;
  }
});

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
}
