import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { LiveProject } from '../support/live-project.js';
import {
  expectLandedOnce,
  expectNothingLeft,
  notingAgent,
  starts,
  toldOfInterruption,
  until,
} from './agent.js';
import { seeded } from './random.js';

const kills = 12;
/** From the start of a worker until some time after it has attached. */
const lifeMs = 3_000;

it('starts an agent once, whenever its worker is killed', async () => {
  const random = seeded('random-kill');
  const project = new LiveProject({ workflow: notingAgent(until('go')), tasks: { one: 'Write a file.' } });
  try {
    await project.start();
    await project.until('the agent is at work', () => starts(project, 'one') === 1);
    for (let kill = 0; kill < kills; kill += 1) {
      await sleep(random() * lifeMs);
      await project.kill('worker');
      await project.launch();
    }
    await project.until('a worker attends', () => project.isAttended());
    expect(starts(project, 'one')).toBe(1);
    writeFileSync(join(project.folder, 'go'), '');
    await expectLandedOnce(project, ['one']);
    expect(toldOfInterruption(project, 'one')).toEqual([false]);
    await expectNothingLeft(project);
  } finally {
    await project.close();
  }
});
