import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { probeContainment } from '../../src/activities/keeper/containment/probe.js';
import { LiveProject } from '../support/live-project.js';
import {
  expectLandedOnce,
  killKeeper,
  membersOf,
  notingAgent,
  starts,
  toldOfInterruption,
  until,
} from './agent.js';

it('holds what the strictest containment of the machine promises when worker and keeper are killed', async () => {
  const best = await probeContainment({ writable: [], readable: [], host_ports: [] }, process.env);
  const project = new LiveProject({
    workflow: (folder) => {
      const work = `(setsid sleep 600 &) ; ls ${folder}/data/engine > seen.txt || true; ${until('go')}`;
      const containment = `containment: { level: ${best.level}, writable: ["${folder}/notes"] }\n`;
      return containment + notingAgent(work).replaceAll('../../', `${folder}/notes/`);
    },
    notes: 'notes',
    tasks: { one: 'Write a file.' },
  });
  mkdirSync(join(project.folder, 'notes'));
  try {
    await project.start();
    await project.until('the agent is at work', () => starts(project, 'one') === 1);
    await project.kill('worker');
    await project.start();
    await project.until('the new worker attends', () => project.isAttended());

    const { claim } = await killKeeper(project, 'one');
    await project.until('all of its program is gone', () => membersOf(claim).length === 0);
    await project.until('the next agent is at work', () => starts(project, 'one') === 2);
    writeFileSync(join(project.folder, 'notes', 'go'), '');
    await expectLandedOnce(project, ['one']);
    expect(toldOfInterruption(project, 'one')).toEqual([false, true]);
    if (best.files) expect(project.git('show', 'main:seen.txt')).toBe('');
    await project.stop();
    await project.until('every process has ended', () => project.processes().length === 0);
  } finally {
    await project.close();
  }
}, 240_000);
