import { describe, expect, it } from '@jest/globals';
import { examineForge } from '../../src/worker/doctor-forge.js';
import { us, useChangeRig } from '../activities/forge/github/change-rig.js';

describe('doctor, of a forge on GitHub', () => {
  const rig = useChangeRig({ tracker: 'file' });
  const examine = async (provider?: string) => {
    const config = await rig.deps(provider).configs.get('hash');
    return examineForge(config, process.env);
  };

  it('says so where a change may be merged onto a base that it was not checked with', async () => {
    rig.shop.protect('main', { requiredContexts: ['build'] });
    expect(await examine()).toEqual([
      {
        name: 'forge',
        ok: true,
        found: expect.stringContaining('acme/shop may merge onto main what was checked with an older one'),
        remedy: expect.stringContaining('require branches to be up to date, or turn on a merge queue'),
      },
    ]);
  });

  it.each([
    [
      'strict required checks',
      { requiredContexts: ['build'], isStrict: true },
      'branches that are up to date',
    ],
    ['a merge queue', { hasMergeQueue: true }, 'a merge queue'],
  ])('finds nothing to do with %s', async (_, rules, words) => {
    rig.shop.protect('main', rules);
    expect(await examine()).toEqual([
      { name: 'forge', ok: true, found: expect.stringContaining(words), remedy: null },
    ]);
  });

  it('reads the protection of the older kind where the rules say nothing, and it may', async () => {
    rig.shop.permit(us, 'admin');
    rig.shop.protect('main', { requiredContexts: ['build'], isStrict: true });
    rig.github.faults.add({ match: { path: /\/rules\/branches\/main$/ }, status: 200, body: [] });
    expect(await examine()).toMatchObject([{ remedy: null }]);
  });

  it('says what is missing to ask at all', async () => {
    delete process.env.GITHUB_TOKEN;
    delete process.env.GH_TOKEN;
    expect(await examine()).toMatchObject([
      { ok: false, found: expect.stringContaining('GITHUB_TOKEN and GH_TOKEN are not set') },
    ]);
  });
});
