import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { logIn } from '../../../src/activities/github/auth.js';
import type { Access } from '../../../src/activities/github/auth.js';
import type { Environment } from '../../../src/config/environment.js';
import type { GitHub } from '../../support/github/index.js';
import { openGitHub } from '../../support/github/index.js';

const repository = { owner: 'acme', repo: 'shop' };
const minuteMs = 60_000;

describe('logging in to GitHub', () => {
  let github: GitHub;
  let now: number;
  beforeEach(async () => {
    now = Date.now();
    github = await openGitHub({ clock: () => new Date(now) });
    await github.repository('acme/shop');
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await github.close();
  });

  const access = (more: Partial<Access> = {}): Access => ({ api_url: github.apiUrl, repository, ...more });
  const whoAsks = async (more: Partial<Access>, env: Environment) => {
    const octokit = await logIn(access(more), env);
    await octokit.request('GET /repos/{owner}/{repo}', repository);
    return github.calls.at(-1)?.login;
  };
  /** Of the loopback GitHub, which does not say by itself where an App is installed. */
  const sayInstallation = (id: number) =>
    github.faults.add({
      match: { method: 'GET', path: '/repos/acme/shop/installation' },
      times: Infinity,
      status: 200,
      body: { id },
    });
  const installed = () =>
    github.app('continuo', { on: 'acme', permissions: { issues: 'write', metadata: 'read' } });

  it('takes the variable that the file names, else the usual ones in their order', async () => {
    const [acme, ann] = [github.token('acme'), github.token('ann')];
    github.world.repositories[0]!.roles.set(github.user('ann'), 'read');
    expect(await whoAsks({}, { GITHUB_TOKEN: acme, GH_TOKEN: ann })).toBe('acme');
    expect(await whoAsks({}, { GITHUB_TOKEN: '', GH_TOKEN: `${ann}\n` })).toBe('ann');
    expect(await whoAsks({ token: '$MINE' }, { MINE: ann, GITHUB_TOKEN: acme })).toBe('ann');
    await expect(logIn(access({ token: '$MINE' }), { GITHUB_TOKEN: acme })).rejects.toThrow(
      'MINE is not set',
    );
  });

  it('is an App by its key, as text, as one line or as a file, in the installation of the repository', async () => {
    const { appId: id, privateKey, installationId } = installed();
    const folder = await mkdtemp(join(tmpdir(), 'continuo-key-'));
    try {
      const file = join(folder, 'key.pem');
      await writeFile(file, privateKey);
      const app = { id, private_key: '$KEY' };
      sayInstallation(installationId);
      for (const KEY of [privateKey, privateKey.replaceAll('\n', '\\n'), file])
        expect(await whoAsks({ app }, { KEY })).toBe('continuo[bot]');
      const named = { ...app, installation_id: installationId };
      expect(await whoAsks({ app: named }, { KEY: privateKey })).toBe('continuo[bot]');
      await expect(logIn(access({ app }), { KEY: join(folder, 'none') })).rejects.toThrow(
        'KEY is neither a private key nor the path of a file that can be read',
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('has the token of an App renewed before it is over', async () => {
    const { appId: id, privateKey, installationId } = installed();
    jest.spyOn(Date, 'now').mockImplementation(() => now);
    const octokit = await logIn(
      access({ app: { id, private_key: '$KEY', installation_id: installationId } }),
      { KEY: privateKey },
    );
    const ask = () => octokit.request('GET /repos/{owner}/{repo}', repository);
    const tokens = () => github.calls.filter(({ path }) => path.endsWith('/access_tokens')).length;
    await ask();
    now += 30 * minuteMs;
    await ask();
    expect(tokens()).toBe(1);
    now += 29.5 * minuteMs;
    await ask();
    expect(tokens()).toBe(2);
    now += 2 * minuteMs;
    expect((await ask()).status).toBe(200);
  });
});
