import { describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createTrackerActivities } from '../../../src/activities/tracker/activities.js';
import { judgeClaim } from '../../../src/activities/tracker/claim.js';
import type { Issue } from '../../../src/domain/issue.js';
import { testConfig, testIssue } from '../../support/fake-ports.js';
import { withWorld } from './world.js';

const rules = { ...testConfig().view.tracker, requiredLabels: ['Ready'] };
const ready = testIssue({ labels: ['ready'] });

describe('claiming an issue (DSP-09)', () => {
  it('takes one that is still eligible', () => {
    expect(judgeClaim(rules, ready, false)).toEqual({ kind: 'claimed', issue: ready });
  });

  it.each<[Partial<Issue>, string]>([
    [{ state: 'Done' }, 'its state is Done by now'],
    [{ state: 'Backlog' }, 'its state is Backlog, and work begins only in Todo'],
    [{ labels: [] }, 'it lacks a required label (Ready)'],
    [
      { dispatchable: false, blocked_by: [{ id: 'x', identifier: 'db', state: null }] },
      'it is blocked (by db)',
    ],
    [{ dispatchable: false }, 'the tracker does not give it out now'],
  ])('refuses one with %j, and says why', (changes, reason) => {
    expect(judgeClaim(rules, { ...ready, ...changes }, false)).toMatchObject({ kind: 'ineligible', reason });
  });

  it('takes any that a person asked for, but not one that is gone', () => {
    const finished = { ...ready, state: 'Done' };
    expect(judgeClaim(rules, finished, true)).toEqual({ kind: 'claimed', issue: finished });
    expect(judgeClaim(rules, undefined, true)).toEqual({
      kind: 'ineligible',
      reason: 'the tracker no longer has this issue',
    });
  });

  it('is not tried again for a file that somebody has to mend', async () => {
    await withWorld(async ({ repository, config, deps }) => {
      await repository.commit({ 'tasks/a.md': '---\ntitle: [1]\n---\n' });
      const tracker = createTrackerActivities(deps);
      const input = { config: config.hash, issueId: 'a', evenIfIneligible: false };
      await expect(new MockActivityEnvironment().run(() => tracker.claim(input))).rejects.toMatchObject({
        type: 'config_invalid',
        nonRetryable: true,
        message: expect.stringContaining('tasks/a.md: title: found a list'),
      });
    });
  });
});
