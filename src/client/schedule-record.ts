import type { ScheduleDescription } from '@temporalio/client';
import { ScheduleNotFoundError } from '@temporalio/client';
import type { Config } from '../config/config.js';
import type { ScheduledAnswer } from '../domain/schedule.js';
import { scheduleId } from '../domain/schedule.js';
import type { scheduled } from '../workflows/scheduled.js';
import type { Engine } from './engine.js';

/** One schedule of the workflow file, and what the engine knows of it. */
export interface ScheduleRecord {
  schedule: string;
  project: string;
  cron: string;
  timeZone: string;
  /** Whether the engine has it; it gets it when `continuo up` has read the file. */
  isThere: boolean;
  paused: boolean;
  /** Why it is paused, or what was said when it went on. */
  note: string | null;
  /** When it is due next, RFC 3339. */
  next: string | null;
  last: { at: string; workflowId: string; answer: ScheduledAnswer | null } | null;
}

const answerMs = 2_000;

/** The schedules of the workflow file, in its order. */
export function findSchedules(engine: Engine, { schedules, budget }: Config): Promise<ScheduleRecord[]> {
  return Promise.all(
    schedules.map(async ({ name, cron, time_zone: timeZone = budget.time_zone }) => ({
      schedule: name,
      project: engine.project,
      cron,
      timeZone,
      ...(await describe(engine, name)),
    })),
  );
}

async function describe(
  engine: Engine,
  name: string,
): Promise<Omit<ScheduleRecord, 'schedule' | 'project' | 'cron' | 'timeZone'>> {
  const handle = engine.client.schedule.getHandle(scheduleId(engine.project, name));
  try {
    const { state, info } = await engine.call(() => handle.describe());
    return {
      isThere: true,
      paused: state.paused,
      note: state.note === undefined || state.note === '' ? null : state.note,
      next: state.paused ? null : (info.nextActionTimes[0]?.toISOString() ?? null),
      last: await lastOf(engine, info),
    };
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    return { isThere: false, paused: false, note: null, next: null, last: null };
  }
}

async function lastOf(
  engine: Engine,
  { recentActions }: ScheduleDescription['info'],
): Promise<ScheduleRecord['last']> {
  const last = recentActions.at(-1);
  if (last === undefined) return null;
  const { workflowId, firstExecutionRunId: runId } = last.action.workflow;
  return { at: last.takenAt.toISOString(), workflowId, answer: await answerOf(engine, workflowId, runId) };
}

/** Null while there is none: no worker is up, or the workflow failed, as the Temporal UI shows. */
export async function answerOf(
  engine: Engine,
  workflowId: string,
  runId: string,
  waitMs = answerMs,
): Promise<ScheduledAnswer | null> {
  const handle = engine.client.workflow.getHandle<typeof scheduled>(workflowId, runId);
  return engine.call(() => handle.result(), waitMs).catch(() => null);
}
