import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ScheduleDescription } from '@temporalio/client';
import { ScheduleNotFoundError } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { keepSchedules } from '../../../src/activities/schedules/keep.js';
import { parseConfig } from '../../../src/config/parse.js';
import { isCron } from '../../../src/domain/cron.js';
import { scheduleId } from '../../../src/domain/schedule.js';
import { workflowText } from '../../config/workflow-file.js';
import { until } from '../../support/engine.js';
import { startLocalServer } from '../../support/temporal.js';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startLocalServer();
});
afterAll(() => env.teardown());

const configOf = (project: string, schedules: string, budget = '{}') =>
  parseConfig('/shop/WORKFLOW.md', workflowText({ project: `{ name: ${project} }`, schedules, budget }), {});

/** `before`: what this host has put there; a list of the server is behind by a moment. */
const keep = (project: string, schedules: string, before: string[] = [], queue = 'q') =>
  keepSchedules(
    { client: env.client, queue },
    configOf(project, schedules),
    before.map((name) => scheduleId(project, name)),
  );

const handleOf = (project: string, name: string) => env.client.schedule.getHandle(scheduleId(project, name));

async function describeIt(project: string, name: string): Promise<ScheduleDescription | null> {
  try {
    return await handleOf(project, name).describe();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return null;
    throw error;
  }
}

const weekly = '{ name: weekly, cron: 0 6 * * 1, prompt: Tidy the docs }';
const daily = '{ name: daily, cron: "@daily", prompt: Look at the logs }';

describe('the schedules of a workflow file', () => {
  it('are created with their time zone, changed, and removed with the file', async () => {
    expect(await keep('one', `[${weekly}, ${daily}]`)).toEqual([]);
    const created = await describeIt('one', 'weekly');
    expect(created?.action).toMatchObject({
      workflowType: 'scheduled',
      taskQueue: 'q',
      args: [{ project: 'one', schedule: 'weekly', cron: '0 6 * * 1', timeZone: 'UTC' }],
    });
    // No prompt: it stays on the host.
    expect(JSON.stringify(created?.action.args)).not.toContain('Tidy');
    expect(created?.policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 86_400_000 });
    const [next] = created?.info.nextActionTimes ?? [];
    expect([next?.getUTCDay(), next?.getUTCHours()]).toEqual([1, 6]);

    const changed = '{ name: weekly, cron: 0 6 * * 1, prompt: p, time_zone: Asia/Tokyo }';
    await keep('one', `[${changed}]`, ['weekly', 'daily']);
    const [moved] = (await describeIt('one', 'weekly'))?.info.nextActionTimes ?? [];
    expect([moved?.getUTCDay(), moved?.getUTCHours()]).toEqual([0, 21]);
    expect(await describeIt('one', 'daily')).toBeNull();
    await keep('one', '[]', ['weekly']);
    expect(await describeIt('one', 'weekly')).toBeNull();
  });

  it('that another process has put there are found and removed', async () => {
    await keep('left', `[${weekly}]`);
    await until(async () => {
      await keep('left', '[]');
      return (await describeIt('left', 'weekly')) === null;
    });
  });

  it('stay as they are when nothing has changed, and paused when a person has paused them', async () => {
    await keep('paused', `[${weekly}]`);
    await handleOf('paused', 'weekly').pause('paused by ann');
    const before = await describeIt('paused', 'weekly');
    await keep('paused', `[${weekly}]`);
    expect((await describeIt('paused', 'weekly'))?.info.lastUpdatedAt).toEqual(before?.info.lastUpdatedAt);
    await keep('paused', `[${weekly}]`, [], 'another');
    const after = await describeIt('paused', 'weekly');
    expect(after?.action.taskQueue).toBe('another');
    expect(after?.state).toMatchObject({ paused: true, note: 'paused by ann' });
  });

  it('of another project, and those of somebody else, are never touched', async () => {
    await keep('mine', `[${weekly}]`);
    await keep('other', `[${weekly}]`);
    for (const id of [scheduleId('mine', 'daily'), 'nightly']) {
      await env.client.schedule.create({
        scheduleId: id,
        spec: { intervals: [{ every: '1 day' }] },
        action: { type: 'startWorkflow', workflowType: 'backup', args: [], taskQueue: 'theirs' },
        typedSearchAttributes: [],
      });
    }
    expect(await keep('mine', `[${daily}]`, ['weekly'])).toEqual([
      {
        where: 'schedules',
        message:
          'there is a schedule schedule/mine/daily that is not of this project: give daily another name',
      },
    ]);
    await keep('mine', '[]', ['weekly', 'daily']);
    expect((await describeIt('mine', 'daily'))?.action.workflowType).toBe('backup');
    expect(await describeIt('mine', 'weekly')).toBeNull();
    expect(await describeIt('other', 'weekly')).not.toBeNull();
    await env.client.schedule.getHandle('nightly').delete();
  });
});

describe('cron expressions', () => {
  const good = ['0 6 * * 1', '*/5 * * * *', '0-30/10 8-18 1,15 JAN-mar MON-FRI', '@weekly', '5/15 * * * 7'];
  it.each(good)('%s is taken, by the server as well', async (cron) => {
    expect(isCron(cron)).toBe(true);
    expect(await keep('crons', `[{ name: x, cron: "${cron}", prompt: p }]`)).toEqual([]);
  });

  const bad = ['', 'daily', '60 * * * *', '0 24 * * *', '0 0 0 * *', '0 0 * 13 *', '0 0 * * 8', '0 0 * *'];
  const odd = ['5-1 * * * *', '*/0 * * * *', '* * * * * *', '@every 5m', '*-3 * * * *', '1,, * * * *'];
  it.each([...bad, ...odd])('%j is refused', (cron) => {
    expect(isCron(cron)).toBe(false);
  });
});
