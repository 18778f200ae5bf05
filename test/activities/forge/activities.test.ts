import { MockActivityEnvironment } from '@temporalio/testing';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createForgeActivities } from '../../../src/activities/forge/activities.js';
import { landingWorkflowId } from '../../../src/domain/landing.js';
import type { LandingEntry } from '../../../src/domain/landing.js';
import { startLocalServer } from '../../support/temporal.js';
import { testWorkspace } from '../../support/fake-ports.js';
import { GitRig, write } from '../git/rig.js';

let env: TestWorkflowEnvironment;
let rig: GitRig;

beforeAll(async () => {
  env = await startLocalServer();
  rig = new GitRig();
});
afterAll(async () => {
  rig.remove();
  await env.teardown();
});

describe('requestLanding', () => {
  function request(entry: LandingEntry): Promise<{ train: string }> {
    const forge = createForgeActivities(rig.deps, { workflowQueue: 'workflows' });
    const activity = new MockActivityEnvironment({}, { client: env.client });
    return activity.run(() => forge.requestLanding({ entry }));
  }

  it('starts one train for a repository and base, and gives it every entry', async () => {
    const first = rig.entry(testWorkspace, 'a'.repeat(40));
    const second = { ...first, key: 'another', identifier: 'SHOP-2' };
    await request(first);
    await request(second);

    const { id = '' } = rig.config.repository ?? {};
    const handle = env.client.workflow.getHandle(landingWorkflowId(id, 'main'));
    const description = await handle.describe();
    expect(description).toMatchObject({
      type: 'landing',
      taskQueue: 'workflows',
      status: { name: 'RUNNING' },
    });
    const { events = [] } = await handle.fetchHistory();
    const signals = events?.flatMap(({ workflowExecutionSignaledEventAttributes: signal }) => signal ?? []);
    expect(signals?.map(({ signalName }) => signalName)).toEqual(['enqueue', 'enqueue']);
    await handle.terminate();
  });

  it('cannot land where the workflow file names no repository', async () => {
    const without = new GitRig({ repository: null });
    try {
      const forge = createForgeActivities(without.deps, { workflowQueue: 'workflows' });
      const entry = without.entry(testWorkspace, 'a'.repeat(40));
      const activity = new MockActivityEnvironment({}, { client: env.client });
      await expect(activity.run(() => forge.requestLanding({ entry }))).rejects.toMatchObject({
        type: 'config_invalid',
        nonRetryable: true,
      });
    } finally {
      without.remove();
    }
  });
});

it('says how to go on when something is in the way of a landing', async () => {
  const workspace = await rig.workspace();
  const entry = rig.entry(workspace, await rig.commit(workspace, { 'README.md': 'New\n' }));
  const candidate = await rig.candidate(entry);
  write(rig.user, { 'README.md': 'mine\n' });
  expect(await rig.merge(entry, candidate)).toMatchObject({
    kind: 'blocked',
    message: expect.stringMatching(/commit or stash that, then continuo retry SHOP-1\.$/),
  });
});
