import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

const rounds = 3;

it('attaches to the same agent again and again, after kills and deploys', async () => {
  const project = new LiveProject({ workflow: notingAgent(until('go')), tasks: { one: 'Write a file.' } });
  try {
    await project.start();
    await project.until('the agent is at work', () => starts(project, 'one') === 1);
    await report('kill -9', () => project.kill('worker'));
    await report('SIGTERM', () => project.stop());

    writeFileSync(join(project.folder, 'go'), '');
    await expectLandedOnce(project, ['one']);
    expect(toldOfInterruption(project, 'one')).toEqual([false]);
    await expectNothingLeft(project);
  } finally {
    await project.close();
  }

  /** Prints how long it took from the start of each new worker until it attended to the agent. */
  async function report(what: string, end: () => Promise<unknown>): Promise<void> {
    const times: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await end();
      await project.until('nobody attends', async () => !(await project.isAttended()));
      const from = performance.now();
      await project.start();
      await project.until('the new worker attends', () => project.isAttended());
      times.push(Math.round(performance.now() - from));
    }
    times.sort((left, right) => left - right);
    const [min, median, max] = [times[0], times[Math.floor(rounds / 2)], times.at(-1)];
    process.stdout.write(
      `attached after ${what}: min ${min}, median ${median}, max ${max} ms, of ${rounds}\n`,
    );
  }
}, 240_000);
