import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { LiveProject } from '../support/live-project.js';
import { signal } from '../support/processes.js';
import {
  expectLandedOnce,
  expectNothingLeft,
  notingAgent,
  starts,
  toldOfInterruption,
  until,
} from './agent.js';

/** Longer than the server waits for a heartbeat. */
const nightMs = 13_000;

it('goes on after the whole machine has slept', async () => {
  const project = new LiveProject({ workflow: notingAgent(until('go')), tasks: { one: 'Write a file.' } });
  try {
    await project.start();
    await project.until('the agent is at work', () => starts(project, 'one') === 1);

    const all = project.processes().map(({ pid }) => pid);
    expect(all).toContain(project.engine().server!.pid);
    for (const pid of all) signal(pid, 'SIGSTOP');
    await sleep(nightMs);
    for (const pid of all) signal(pid, 'SIGCONT');

    await project.until('a worker attends', () => project.isAttended());
    writeFileSync(join(project.folder, 'go'), '');
    await expectLandedOnce(project, ['one']);
    expect(toldOfInterruption(project, 'one')).toEqual([false]);
    await expectNothingLeft(project);
  } finally {
    await project.close();
  }
}, 240_000);
