import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { keepSchedules } from '../../src/activities/schedules/keep.js';
import { loadConfig } from '../../src/config/load.js';
import { scheduledIssue } from '../../src/domain/schedule.js';
import type { ScheduleRecord } from '../../src/client/schedule-record.js';
import { FakePorts, untilCancelled } from '../support/fake-ports.js';
import { workflowText } from '../config/workflow-file.js';
import type { Lab } from './support/lab.js';
import { openLab } from './support/lab.js';

describe('continuo schedules', () => {
  let lab: Lab;
  const ports = new FakePorts();
  const schedules =
    '[{ name: tidy, cron: 0 6 * * 1, prompt: Tidy the docs }, { name: new, cron: "@daily", prompt: p }]';

  beforeAll(async () => {
    lab = await openLab();
    const file = join(lab.folder, 'WORKFLOW.md');
    await writeFile(file, workflowText({ schedules }));
    const config = await loadConfig(file, {});
    const known = { ...config, schedules: config.schedules.slice(0, 1) };
    await keepSchedules({ client: lab.env.client, queue: lab.queue }, known, []);
    ports.usually('scheduledIssue', ({ schedule, at }) => scheduledIssue(schedule, 'Tidy the docs', at));
    ports.usually('runTurn', () => untilCancelled());
    await lab.startProject();
  });
  afterAll(() => lab.close());

  const list = async () => {
    const { stdout } = await lab.cli(['schedules', '--json']);
    return JSON.parse(stdout) as ScheduleRecord[];
  };

  it('lists what the file has, and what the engine does not have yet, without a worker', async () => {
    const [tidy, fresh] = await list();
    expect(tidy).toMatchObject({
      schedule: 'tidy',
      project: 'shop',
      cron: '0 6 * * 1',
      timeZone: 'UTC',
      isThere: true,
      paused: false,
      last: null,
    });
    expect(new Date(tidy?.next ?? '').getUTCDay()).toBe(1);
    expect(fresh).toMatchObject({ schedule: 'new', isThere: false, next: null });
    const { stdout } = await lab.cli(['schedules', 'list']);
    expect(stdout).toMatch(/^SCHEDULE +CRON +NEXT +LAST\ntidy +0 6 \* \* 1 UTC +\d{4}-/);
    expect(stdout).toContain('not known to the engine yet: continuo up');
  });

  it('pauses a schedule with who and why, and lets it go on', async () => {
    const { exitCode, stdout } = await lab.cli(['schedules', 'pause', 'tidy', '-m', 'until the release']);
    expect([exitCode, stdout]).toEqual([0, 'schedule tidy: paused by ann: until the release\n']);
    expect((await list())[0]).toMatchObject({
      paused: true,
      next: null,
      note: 'paused by ann: until the release',
    });
    await lab.cli(['schedules', 'resume', 'tidy']);
    expect((await list())[0]).toMatchObject({ paused: false, note: 'resumed by ann' });
  });

  it('runs one now, and refuses while its task is live', async () => {
    await lab.startWorkers(() => ports);
    const run = await lab.cli(['schedules', 'run', 'tidy', '--json']);
    const { message } = JSON.parse(run.stdout) as { message: string };
    const task = /^started (tidy-\d{8}T\d{6}Z)$/.exec(message)?.[1] ?? '';
    expect((await lab.until(task, ({ phase }) => phase === 'run')).title).toBe('Tidy the docs');
    expect((await list())[0]?.last?.answer).toEqual({ kind: 'started', task });
    const again = await lab.cli(['schedules', 'run', 'tidy']);
    expect([again.exitCode, again.stderr]).toEqual([
      4,
      expect.stringContaining(`refused: its task ${task} is still live`),
    ]);
  });

  it('says when there is no such schedule, and when none is named', async () => {
    for (const action of ['run', 'pause', 'resume']) {
      const { exitCode, stderr } = await lab.cli(['schedules', action, 'nothing']);
      expect([exitCode, stderr]).toEqual([3, expect.stringContaining('has no schedule "nothing"')]);
    }
    expect((await lab.cli(['schedules', 'run'])).exitCode).toBe(2);
    expect((await lab.cli(['schedules', 'explode', 'tidy'])).exitCode).toBe(2);
  });
});
