import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import type { TaskStatus } from '../../src/domain/status.js';
import { LiveProject } from '../support/live-project.js';
import { expectLandedOnce, expectNothingLeft, notingAgent, starts, toldOfInterruption } from './agent.js';

const identifiers = ['one', 'two', 'three', 'four', 'five', 'six', 'seven'];

/** Moments of a task's life, and how to see that one of them is now. */
const moments: { name: string; isNow: (statuses: TaskStatus[], project: LiveProject) => boolean }[] = [
  ...(['claim', 'prepare', 'run', 'verify', 'review', 'land'] as const).map((phase) => ({
    name: phase,
    isNow: (statuses: TaskStatus[]) => statuses.some((status) => status.phase === phase),
  })),
  {
    name: 'between push and acknowledgement',
    // The person's own hook runs after the branch has moved and before the push returns.
    isNow: (_statuses, project) => project.notes('pushed').length > project.notes('acknowledged').length,
  },
];

/** Kills the victim in each phase of seven tasks and holds the outcome to: everything, exactly once. */
export function describeKills(victim: 'worker' | 'server' | 'both' | 'everything'): void {
  it(`loses nothing and lands nothing twice when the ${victim} is killed in each phase`, async () => {
    const outside = (name: string) => JSON.stringify(join(project.folder, name));
    const project: LiveProject = new LiveProject({
      workflow: `${notingAgent('sleep 0.5', { atOnce: 3 })}
hooks: { after_create: "sleep 0.4" }
verify: { checks: [{ name: exists, run: "sleep 0.4; ls *.txt" }] }
review: { human: { when: always } }
`,
      tasks: Object.fromEntries(identifiers.map((identifier) => [identifier, 'Write a file.'])),
    });
    project.writeHook(
      'post-receive',
      `while read -r _ new ref; do
  [ "$ref" = refs/heads/main ] || continue
  echo "$new" >> ${outside('pushed')}
  sleep 1.5
  echo "$new" >> ${outside('acknowledged')}
done`,
    );
    /** The agents that a kill may have met; with their keepers killed they are started again. */
    const mayRepeat: string[] = [];
    try {
      await project.start();
      for (const moment of moments) {
        await project.until(`the moment to kill: ${moment.name}`, async () => {
          const statuses = await look(project);
          if (moment.isNow(statuses, project)) return true;
          await approveOne(project, statuses, moment.name);
          return false;
        });
        const agents = (await project.programs()).filter(({ claim }) => claim.owner.kind === 'agent');
        for (const { claim } of agents) mayRepeat.push(claim.owner.identifier);
        await project.kill(victim);
        if (!project.isUp()) await project.start();
      }
      await project.until('every task is done', async () => {
        const statuses = await look(project);
        for (const status of statuses) if (status.waiting?.kind === 'decision') await project.approve(status);
        return statuses.filter(({ phase }) => phase === 'done').length === identifiers.length;
      });

      await expectLandedOnce(project, identifiers);
      for (const identifier of identifiers) {
        const repeated = starts(project, identifier) - 1;
        const met = mayRepeat.filter((name) => name === identifier).length;
        expect(repeated).toBeLessThanOrEqual(victim === 'everything' ? met : 0);
        const [first, ...others] = toldOfInterruption(project, identifier);
        expect([first, others.every(Boolean)]).toEqual([false, true]);
      }
      await expectNothingLeft(project);
    } finally {
      await project.close();
    }
  }, 480_000);
}

async function look(project: LiveProject): Promise<TaskStatus[]> {
  const statuses = await Promise.all(identifiers.map((identifier) => project.status(identifier)));
  return statuses.filter((status) => status !== null);
}

/** One approval at a time, and none while the moment before is still to come, so that each phase is seen. */
async function approveOne(project: LiveProject, statuses: TaskStatus[], moment: string): Promise<void> {
  if (moment !== 'land' && moment !== 'between push and acknowledgement') return;
  if (statuses.some(({ phase }) => phase === 'land')) return;
  const waiting = statuses.find((status) => status.waiting?.kind === 'decision');
  if (waiting !== undefined) await project.approve(waiting);
}
