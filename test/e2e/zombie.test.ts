import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LiveProject } from '../support/live-project.js';
import { isAlive, signal } from '../support/processes.js';
import {
  expectLandedOnce,
  expectNothingLeft,
  notingAgent,
  starts,
  toldOfInterruption,
  until,
} from './agent.js';

const limitMs = 180_000;

describe('a worker that stands still in the middle of a turn', () => {
  let project: LiveProject;
  let old: number;
  beforeEach(async () => {
    project = new LiveProject({ workflow: notingAgent(until('go')), tasks: { one: 'Write a file.' } });
    await project.start();
    await project.until('the agent is at work', () => starts(project, 'one') === 1);
    old = project.upPid;
    signal(old, 'SIGSTOP');
  });
  afterEach(() => project.close());

  async function finish(): Promise<void> {
    writeFileSync(join(project.folder, 'go'), '');
    await expectLandedOnce(project, ['one']);
    expect(toldOfInterruption(project, 'one')).toEqual([false]);
  }

  it(
    'is ended by the next one, which takes its agent over',
    async () => {
      await project.start();
      expect(isAlive(old)).toBe(false);
      await project.until('the new worker attends', () => project.isAttended());
      await finish();
      await expectNothingLeft(project);
    },
    limitMs,
  );

  it(
    'finds its work taken when it comes back, and does nothing to it',
    async () => {
      // Without its lock and its name nobody can know of it.
      for (const file of ['up.lock', 'up.json']) rmSync(join(project.data, file));
      await project.start();
      const before = await attempt();
      // The server gives retries to the old one's open polls first.
      await project.until(
        'a newer attempt runs',
        async () => (await attempt()) > before && (await isAttendedBy()),
      );
      signal(old, 'SIGCONT');
      await finish();
      signal(old, 'SIGTERM');
      await project.until('the old worker has ended', () => !isAlive(old));
      await expectNothingLeft(project);
    },
    limitMs,
  );

  async function turn() {
    const client = await project.client();
    const { raw } = await client.workflow.getHandle(`task/${project.name}/one`).describe();
    return (raw.pendingActivities ?? []).find(({ activityType }) => activityType?.name === 'runTurn');
  }

  async function attempt(): Promise<number> {
    return (await turn())?.attempt ?? 0;
  }

  /** Whether the worker that beats for the turn is the newest: the old one's identity is `<pid>@<host>`. */
  async function isAttendedBy(): Promise<boolean> {
    const identity = (await turn())?.lastWorkerIdentity ?? '';
    return identity.startsWith(`${project.upPid}@`) && (await project.isAttended());
  }
});
