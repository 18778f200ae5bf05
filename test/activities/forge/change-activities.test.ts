import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from '@jest/globals';
import { createChangeActivities } from '../../../src/activities/forge/change-activities.js';
import { GitRig } from '../git/rig.js';
import { useChangeRig } from './github/change-rig.js';

describe('the activities of a change', () => {
  const rig = useChangeRig();

  it('show, merge and close it where the configuration keeps its changes', async () => {
    const activities = createChangeActivities(rig.deps());
    const sha = await rig.work({ 'sum.js': 'one\n2\nthree\n' });
    const env = new MockActivityEnvironment();
    const shown = await env.run(() => activities.showChange(rig.input({ sha, isDraft: false })));
    expect(shown).toMatchObject({ kind: 'shown', change: { number: 1 } });
    expect(await env.run(() => activities.mergeChange(rig.mergeInput({ sha })))).toMatchObject({
      kind: 'merged',
    });
    const { config, project, identifier } = rig.input({ sha });
    const closing = { config, project, identifier, number: 1, text: 'Done.', branch: 'continuo/GH-1' };
    await env.run(() => activities.closeChange(closing));
    expect(await rig.shop.branch('continuo/GH-1')).toBeNull();
  });

  it('wait for a repository that git cannot reach', async () => {
    const activities = createChangeActivities(rig.deps());
    const sha = await rig.work({ 'sum.js': 'one\n2\nthree\n' });
    rig.github.faults.add({ match: { path: /\/info\/refs$/ }, reset: true });
    const work = new MockActivityEnvironment().run(() => activities.showChange(rig.input({ sha })));
    await expect(work).rejects.toMatchObject({ type: 'repository_unavailable', nonRetryable: false });
  });

  it('are for no forge that keeps none', async () => {
    const plain = new GitRig();
    try {
      const activities = createChangeActivities(plain.deps);
      const work = new MockActivityEnvironment().run(() =>
        activities.showChange(rig.input({ sha: 'a'.repeat(40) })),
      );
      await expect(work).rejects.toMatchObject({ type: 'config_invalid', nonRetryable: true });
    } finally {
      plain.remove();
    }
  });
});
