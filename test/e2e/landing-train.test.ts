import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import type { Evidence } from '../../src/domain/evidence.js';
import type { TaskStatus } from '../../src/domain/status.js';
import { LiveProject } from '../support/live-project.js';
import { expectLandedOnce, expectNothingLeft, notingAgent } from './agent.js';

const tasks = Array.from({ length: 10 }, (_, index) => `task-${index + 1}`);

it.each([1, 4])(
  'lands ten tasks at once, in batches of %i, while a person pushes to the base and the worker is killed',
  async (batch) => {
    const project = new LiveProject({
      workflow: `${notingAgent('true', { batch })}
verify: { checks: [{ name: exists, run: "sleep 0.3; ls task-*.txt" }] }
review: { human: { when: always } }
`,
      tasks: Object.fromEntries(tasks.map((task) => [task, 'Write a file.'])),
    });
    const begin = project.git('rev-parse', 'main');
    // Nobody pushes to what is checked out.
    project.git('switch', '--quiet', '--create', 'aside');
    const person = openClone(project);
    try {
      await project.start();
      await approveAllAtOnce(project);

      let kills = 0;
      let pushes = 0;
      await project.until(
        'every task has landed',
        async () => {
          const landed = landedTasks(project);
          if (landed > pushes) {
            pushes = landed;
            person.push();
          }
          if (landed >= 2 + 3 * kills && landed < tasks.length) {
            kills += 1;
            await project.kill('worker');
            await project.start();
          }
          return landed === tasks.length;
        },
        400_000,
      );
      expect(kills).toBeGreaterThan(0);
      await expectLandedOnce(project, tasks);

      const heads = project.git('reflog', 'show', '--format=%H %ae', 'main').split('\n');
      const since = heads.slice(
        0,
        heads.findIndex((head) => head.startsWith(begin)),
      );
      const landed = since.filter((head) => !head.endsWith(` ${person.mail}`));
      expect(since.length - landed.length).toBeGreaterThan(0);
      if (batch === 1) expect(landed).toHaveLength(tasks.length);
      else expect(landed.length).toBeLessThan(tasks.length);
      for (const head of landed) expectVerified(project, head.split(' ')[0]!);

      rmSync(person.folder, { recursive: true });
      await expectNothingLeft(project);
    } finally {
      await project.close();
    }
  },
  600_000,
);

async function approveAllAtOnce(project: LiveProject): Promise<void> {
  const waiting: TaskStatus[] = [];
  // One by one: ten questions at once, again and again, would keep the machine from its work.
  for (const task of tasks) {
    const waits = async () => {
      const status = await project.status(task);
      if (status?.waiting?.kind === 'decision') waiting.push(status);
      return waiting.at(-1)?.task === task;
    };
    await project.until(`${task} waits for a decision`, waits, 300_000);
  }
  for (const status of waiting) await project.approve(status);
}

function landedTasks(project: LiveProject): number {
  const trailers = project.git('log', '--format=%(trailers:key=Continuo-Task,valueonly)', 'main');
  return trailers.split('\n').filter(Boolean).length;
}

/** The clone of somebody who pushes to the base whenever they like. */
function openClone(project: LiveProject) {
  const folder = join(project.folder, 'person');
  const mail = 'person@localhost';
  const run = (where: string, ...args: string[]) =>
    execFileSync('git', ['-C', where, ...args], { env: project.environment, stdio: 'pipe' });
  run(project.folder, 'clone', '--quiet', '--branch', 'main', project.repository, folder);
  run(folder, 'config', 'user.name', 'Person');
  run(folder, 'config', 'user.email', mail);
  let count = 0;
  return {
    folder,
    mail,
    push() {
      count += 1;
      writeFileSync(join(folder, `person-${count}.md`), 'mine\n');
      run(folder, 'add', '--all');
      run(folder, 'commit', '--quiet', '--message', `Work of a person, ${count}`);
      for (;;) {
        run(folder, 'pull', '--quiet', '--rebase', 'origin', 'main');
        try {
          run(folder, 'push', '--quiet', 'origin', 'HEAD:main');
          return;
        } catch {
          // The train was faster.
        }
      }
    },
  };
}

/** Holds a commit to: the checks have passed on exactly it, with nothing in place of anything. */
function expectVerified(project: LiveProject, sha: string): void {
  const runs = join(project.data, 'runs');
  const manifests = readdirSync(runs, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith(join('evidence', sha, 'manifest.json')),
  );
  expect({ sha, manifests: manifests.length }).toEqual({ sha, manifests: 1 });
  const { evidence } = JSON.parse(readFileSync(join(runs, manifests[0]!), 'utf8')) as { evidence: Evidence };
  expect(evidence).toMatchObject({ sha, overlaid: [], checks: [{ kind: 'passed' }] });
}
