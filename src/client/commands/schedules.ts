import { setTimeout as sleep } from 'node:timers/promises';
import { ScheduleNotFoundError } from '@temporalio/client';
import type { ScheduleHandle } from '@temporalio/client';
import { scheduleId } from '../../domain/schedule.js';
import type { Engine } from '../engine.js';
import { withEngine } from '../engine.js';
import { CliError, ExitCode } from '../error.js';
import type { Invocation } from '../invocation.js';
import { showProgress } from '../progress.js';
import type { ScheduleRecord } from '../schedule-record.js';
import { answerOf, findSchedules } from '../schedule-record.js';
import { renderTable } from '../table.js';
import { formatTime } from '../time.js';

export type ScheduleAction = 'run' | 'pause' | 'resume';

/** Lists the schedules of the workflow file. Works without a worker. */
export async function listSchedules(invocation: Invocation): Promise<void> {
  const { out, json } = invocation;
  await withEngine(invocation, async (engine, { config }) => {
    const records = await findSchedules(engine, config);
    if (json) out.json(records);
    else if (records.length === 0) out.remark(`${config.file} has no schedules`);
    else for (const line of renderTable(records, columns, out.width)) out.line(line);
  });
}

/** Starts a schedule's task now, or lets the schedule rest or go on. Throws `CliError` when there is no such schedule. */
export async function changeSchedule(
  invocation: Invocation,
  action: ScheduleAction,
  schedule: string,
  note: string,
): Promise<void> {
  const { out, json, by, stderr } = invocation;
  await withEngine(invocation, async (engine) => {
    const handle = engine.client.schedule.getHandle(scheduleId(engine.project, schedule));
    const message = await showProgress(stderr, `Telling schedule ${schedule}`, () =>
      act(engine, handle, action, `${by}${note === '' ? '' : `: ${note}`}`).catch((error: unknown) => {
        throw error instanceof ScheduleNotFoundError ? noSuchSchedule(engine.project, schedule) : error;
      }),
    );
    if (json) out.json({ schedule, project: engine.project, command: action, by, message });
    else out.line(`schedule ${schedule}: ${message}`);
  });
}

/** Returns what was done, in words. */
async function act(
  engine: Engine,
  handle: ScheduleHandle,
  action: ScheduleAction,
  by: string,
): Promise<string> {
  switch (action) {
    case 'run':
      return run(engine, handle);
    case 'pause':
      await engine.call(() => handle.pause(`paused by ${by}`));
      return `paused by ${by}`;
    case 'resume':
      await engine.call(() => handle.unpause(`resumed by ${by}`));
      return `resumed by ${by}`;
    default:
      return action satisfies never;
  }
}

const lookEveryMs = 100;
const patienceMs = 10_000;

async function run(engine: Engine, handle: ScheduleHandle): Promise<string> {
  const before = await newestRun(engine, handle);
  // Also beside one that waits for a worker: the project says whether there may be a second task.
  await engine.call(() => handle.trigger());
  const deadline = performance.now() + patienceMs;
  let started = await newestRun(engine, handle);
  while (started?.firstExecutionRunId === before?.firstExecutionRunId && performance.now() < deadline) {
    await sleep(lookEveryMs);
    started = await newestRun(engine, handle);
  }
  const answer =
    started === undefined
      ? null
      : await answerOf(engine, started.workflowId, started.firstExecutionRunId, patienceMs);
  if (answer === null) return 'asked for its task; it starts when a worker is up';
  if (answer.kind === 'started') return `started ${answer.task}`;
  throw new CliError(ExitCode.refused, `refused: ${answer.reason}`, 'see the tasks: continuo list');
}

async function newestRun(engine: Engine, handle: ScheduleHandle) {
  const { info } = await engine.call(() => handle.describe());
  return info.recentActions.at(-1)?.action.workflow;
}

function noSuchSchedule(project: string, schedule: string): CliError {
  return new CliError(
    ExitCode.noSuchTask,
    `project ${JSON.stringify(project)} has no schedule ${JSON.stringify(schedule)} on this engine`,
    'see the schedules: continuo schedules list',
  );
}

const columns = [
  { title: 'SCHEDULE', cell: ({ schedule }: ScheduleRecord) => schedule },
  { title: 'CRON', cell: ({ cron, timeZone }: ScheduleRecord) => `${cron} ${timeZone}` },
  { title: 'NEXT', cell: nextOf },
  { title: 'LAST', cell: lastOf, flexible: true },
];

function nextOf({ isThere, paused, note, next }: ScheduleRecord): string {
  if (!isThere) return 'not known to the engine yet: continuo up';
  if (paused) return note ?? 'paused';
  return next === null ? 'never' : formatTime(next);
}

function lastOf({ last }: ScheduleRecord): string {
  if (last === null) return '';
  const { at, answer } = last;
  const what = answer === null ? 'no answer yet' : answer.kind === 'started' ? answer.task : answer.reason;
  return `${formatTime(at)} ${what}`;
}
