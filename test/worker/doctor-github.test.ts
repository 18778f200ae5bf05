import { describe, expect, it } from '@jest/globals';
import type { Config } from '../../src/config/config.js';
import type { Environment } from '../../src/config/environment.js';
import { examineGitHub } from '../../src/worker/doctor-github.js';
import { configOf, useGitHub } from '../activities/tracker/github/world.js';
import type { Permissions } from '../support/github/world.js';

const all: Permissions = { metadata: 'read', issues: 'write', contents: 'write' };

describe('doctor at GitHub', () => {
  const world = useGitHub({ isLive: true });
  const examine = (
    env: Environment,
    { provider = '', more = {} }: { provider?: string; more?: Partial<Config> } = {},
  ) => examineGitHub({ ...configOf(world.github, provider), ...more }, env);
  /** What is said of a token that `acme`, or who is named, has made. */
  const saidOf = (options: Parameters<typeof world.github.token>[1], login = 'acme') =>
    examine({ GITHUB_TOKEN: world.github.token(login, options) });
  const names = (diagnoses: Awaited<ReturnType<typeof examine>>) =>
    diagnoses.filter(({ ok, remedy }) => !ok || remedy !== null).map(({ name }) => name);

  it('finds each kind of credential in order, says what is left of the limit, and changes nothing', async () => {
    const { appId, privateKey, installationId } = world.github.app('robot', { on: 'acme', permissions: all });
    const provider = `app: { id: ${appId}, private_key: $KEY, installation_id: ${installationId} }`;
    const found = [
      await saidOf({ scopes: ['repo'] }),
      await saidOf({ permissions: all }),
      await examine({ KEY: privateKey }, { provider }),
    ];
    expect(found.map(([first]) => first?.found)).toEqual([
      'acme/shop, by a classic token',
      'acme/shop, by a fine-grained token',
      'acme/shop, by an App',
    ]);
    expect(found.flatMap(names)).toEqual([]);
    expect(found[0]?.at(-1)?.found).toMatch(/^\d+ of 5000 requests of this hour are used$/);
    expect(world.shop.state.issues.size).toBe(0);
    const written = world.github.calls.filter(({ path }) => path.startsWith('/repos/acme/shop'));
    expect(written.filter(({ method, status }) => method !== 'GET' && (status ?? 0) < 400)).toEqual([]);
  });

  it.each(['issues', 'contents'] as const)('names %s that a token or an App lacks, and why', async (area) => {
    const permissions = { ...all, [area]: 'read' as const };
    const { appId, privateKey, installationId } = world.github.app('robot', { on: 'acme', permissions });
    const provider = `app: { id: ${appId}, private_key: $KEY, installation_id: ${installationId} }`;
    for (const found of [await saidOf({ permissions }), await examine({ KEY: privateKey }, { provider })]) {
      expect(names(found)).toEqual([`github ${area}`]);
      const fault = found.find(({ ok }) => !ok);
      expect(fault?.found).toContain(`lacks the permission ${area}: write, to `);
      expect(fault?.remedy).toContain('settings');
    }
  });

  it('names what pull requests need where they are opened', async () => {
    const land = { mode: 'pull_request' } as Config['land'];
    const token = world.github.token('acme', { permissions: all });
    const found = await examine({ GITHUB_TOKEN: token }, { more: { land } });
    expect(names(found)).toEqual(['github pull_requests', 'github checks', 'github statuses']);
  });

  it('names the scope that a classic token lacks, and the role that its user lacks', async () => {
    expect(names(await saidOf({ scopes: ['repo'] }, 'ann'))).toEqual(['github']);
    world.shop.permit('ann', 'read');
    expect(names(await saidOf({ scopes: ['repo'] }, 'ann'))).toEqual(['github role']);
    world.shop.state.isPrivate = false;
    expect(names(await saidOf({ scopes: ['public_repo'] }))).toEqual([]);
    const [fault] = (await saidOf({ scopes: ['gist'] })).filter(({ ok }) => !ok);
    expect(fault).toMatchObject({ name: 'github scope', found: expect.stringContaining('public_repo') });
  });

  it.each<[string, Environment, string]>([
    ['that is not set', {}, 'GITHUB_TOKEN and GH_TOKEN are not set'],
    ['that GitHub does not know', { GITHUB_TOKEN: 'ghp_wrong' }, 'Bad credentials'],
  ])('says what to do about a token %s', async (_what, env, message) => {
    const [fault, ...others] = await examine(env);
    expect(others).toEqual([]);
    expect(fault).toMatchObject({ name: 'github', ok: false, found: expect.stringContaining(message) });
    expect(fault?.found).not.toContain('ghp_wrong');
  });

  it('tells of what is about to end: a token, a limit, a name, a repository', async () => {
    const token = world.github.token('acme', {
      permissions: all,
      expiresAt: new Date(Date.now() + 3_600_000),
    });
    Object.assign(world.github.rateLimit('acme'), { used: 4_900, remaining: 100 });
    world.shop.transfer({ name: 'store' });
    world.shop.state.isArchived = true;
    const found = await examine({ GITHUB_TOKEN: token });
    expect(names(found)).toEqual(['github name', 'github archive', 'github token', 'github limit']);
    expect(found.find(({ name }) => name === 'github name')?.remedy).toBe(
      'set tracker.provider.repo to acme/store',
    );
  });
});
