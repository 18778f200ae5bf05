import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from '@jest/globals';
import { LiveProject } from '../support/live-project.js';
import {
  expectLandedOnce,
  killChild,
  killKeeper,
  membersOf,
  notingAgent,
  programOf,
  starts,
  toldOfInterruption,
  until,
} from './agent.js';

const tasks = ['keeper', 'child', 'calm'];

it('repeats only the turn that lost its keeper, its program, or its folder', async () => {
  const project = new LiveProject({
    workflow: notingAgent(until('go'), { atOnce: 4 }),
    tasks: Object.fromEntries([...tasks, 'folder'].map((task) => [task, 'Write a file.'])),
  });
  try {
    await project.start();
    await project.until('all agents are at work', () => project.notes('agents').length === 4);
    const folder = await programOf(project, 'folder');

    const lost = await killKeeper(project, 'keeper');
    await killChild(project, 'child');
    rmSync(dirname(dirname(folder.place)), { recursive: true });
    const waitsFor = async (task: string) => (await project.status(task))?.waiting?.kind;
    await project.until('the first agents are gone', () =>
      [lost, folder].every(({ claim }) => membersOf(claim).length === 0),
    );
    await project.until('the others follow', () =>
      ['keeper', 'child'].every((task) => starts(project, task) === 2),
    );

    writeFileSync(join(project.folder, 'go'), '');
    await expectLandedOnce(project, tasks);
    // Its workspace is full of work that nothing vouches for: a person has to look.
    await project.until(
      'the task without a folder waits',
      async () => (await waitsFor('folder')) === 'retry',
    );
    expect(project.run('status', 'folder').stdout).toContain('move the folder away');
    expect(toldOfInterruption(project, 'keeper')).toEqual([false, true]);
    expect(toldOfInterruption(project, 'child')).toEqual([false, false]);
    expect(toldOfInterruption(project, 'calm')).toEqual([false]);
    expect(project.git('log', '--format=%s', 'main')).not.toContain('Do folder');
  } finally {
    await project.close();
  }
});
