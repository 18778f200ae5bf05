import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { LiveProject } from '../support/live-project.js';
import { signal } from '../support/processes.js';
import {
  expectLandedOnce,
  expectNothingLeft,
  killChild,
  notingAgent,
  starts,
  toldOfInterruption,
} from '../e2e/agent.js';
import { seeded } from '../e2e/random.js';

const tasks = Array.from({ length: 20 }, (_, index) => `t${index + 1}`);
const everyMs = 2_000;
/** Those that cost an agent its life are rarer: each task gives up after ten attempts. */
const victims = ['worker', 'worker', 'deploy', 'server', 'keeper', 'keeper', 'child', 'everything'] as const;

it('lands twenty tasks exactly once while something is killed every two seconds', async () => {
  const random = seeded('storm');
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)]!;
  const project = new LiveProject({
    workflow: `${notingAgent('sleep 1', { atOnce: 5 })}
verify: { checks: [{ name: exists, run: "sleep 0.3; ls *.txt" }] }
`,
    tasks: Object.fromEntries(tasks.map((task) => [task, 'Write a file.'])),
  });
  /** How often each task has lost what ran for it. */
  const lost = new Map<string, number>();
  const loses = (task: string) => lost.set(task, (lost.get(task) ?? 0) + 1);
  const killed: string[] = [];
  try {
    await project.start();
    let before = progress(project);
    while (landed(project) < tasks.length) {
      await sleep(everyMs);
      // A machine that is too slow for so many kills would otherwise never come to work.
      await project.until('something has moved on since the last kill', () => progress(project) !== before);
      before = progress(project);
      const victim = pick(victims);
      killed.push(victim);
      const programs = await project.programs();
      const program = programs.length === 0 ? null : pick(programs);
      if (victim === 'everything') {
        for (const { claim } of programs) loses(claim.owner.identifier);
        await project.kill(victim);
      } else if (victim === 'deploy') {
        await project.stop();
      } else if (victim === 'worker' || victim === 'server') {
        await project.kill(victim);
      } else if (program !== null) {
        loses(program.claim.owner.identifier);
        if (victim === 'keeper') signal(program.claim.process.pid, 'SIGKILL');
        else await killChild(project, program.claim.owner.identifier).catch(() => undefined);
      }
      // Kills while it starts are the matter of another test; a slow machine would never come to work here.
      if (!project.isUp()) await project.start();
    }
    await expectLandedOnce(project, tasks);
    for (const task of tasks) {
      // A turn is repeated only where something of it was killed, perhaps before its agent could note that it started.
      const unnoted = toldOfInterruption(project, task)[0] === true ? 1 : 0;
      expect(starts(project, task) + unnoted - 1).toBeLessThanOrEqual(lost.get(task) ?? 0);
    }
    await expectNothingLeft(project);
    process.stdout.write(
      `storm: ${killed.length} kills, ${project.notes('agents').length} starts of agents\n`,
    );
  } finally {
    await project.close();
  }
}, 420_000);

/** Changes with every workspace that is made, agent that starts, and task that lands. */
function progress(project: LiveProject): string {
  const root = join(project.folder, 'workspaces');
  const workspaces = existsSync(root) ? readdirSync(root) : [];
  return [...workspaces, project.notes('agents').length, landed(project)].join();
}

function landed(project: LiveProject): number {
  return project
    .git('log', '--format=%(trailers:key=Continuo-Task,valueonly)', 'main')
    .split('\n')
    .filter(Boolean).length;
}
