import type { Engine } from '../engine.js';
import { CliError, ExitCode } from '../error.js';
import { findRecords } from '../find-records.js';
import { isUnanswered } from '../grpc.js';
import { noWorkerRemark } from '../remarks.js';
import type { TaskRecord } from '../task-record.js';
import { lookAtTask } from '../task-status.js';
import type { WatchedTask } from './watched-task.js';
import { hasMoved, watchedTask } from './watched-task.js';

/** What was seen in one look. */
export interface View {
  tasks: WatchedTask[];
  /** Why this is not all that there is to know, or null. */
  remark: string | null;
}

/** A task that waits is asked again only so often: it may have to be loaded from its history for it. */
const askAgainMs = 30_000;
/** Tasks that are asked at the same time. */
const atOnce = 8;
/** Tasks that have ended while they were watched: the newest of them stay in the table. */
const mostEnded = 10;

interface Known {
  record: TaskRecord;
  task: WatchedTask;
  isLive: boolean;
  askedAt: number;
}

/**
 * Returns a function that looks at the open tasks of a project, those first that need a person. Each look
 * asks Temporal for its records, and of the tasks only those that work or have moved.
 */
export function openView(engine: Engine): () => Promise<View> {
  let known = new Map<string, Known>();
  let ended: WatchedTask[] = [];

  return async () => {
    try {
      const records = await findRecords(engine, false);
      const seen = await askAll(engine, records, known);
      const gone = [...known.values()].filter(({ task }) => !seen.has(task.task));
      ended = [...(await askEnded(engine, gone)), ...ended]
        .filter(({ task }) => !seen.has(task))
        .slice(0, mostEnded);
      known = seen;
      const found = [...known.values()];
      const open = found.map(({ task }) => task).sort(compareTasks);
      const isLive = found.every((one) => one.isLive);
      return { tasks: [...open, ...ended], remark: isLive ? null : noWorkerRemark };
    } catch (error) {
      if (!isUnanswered(error)) throw error;
      const tasks = [...known.values()].map(({ task }) => task).sort(compareTasks);
      return { tasks: [...tasks, ...ended], remark: 'The engine does not answer; waiting for it.' };
    }
  };
}

async function askAll(
  engine: Engine,
  records: readonly TaskRecord[],
  known: ReadonlyMap<string, Known>,
): Promise<Map<string, Known>> {
  const seen = new Map<string, Known>();
  for (let first = 0; first < records.length; first += atOnce) {
    const asked = records
      .slice(first, first + atOnce)
      .map((record) => ask(engine, record, known.get(record.identifier)));
    for (const one of await Promise.all(asked)) if (one !== null) seen.set(one.task.task, one);
  }
  return seen;
}

/** Null when the task has ended since it was listed. */
async function ask(engine: Engine, record: TaskRecord, before: Known | undefined): Promise<Known | null> {
  const now = Date.now();
  const rests =
    before?.isLive === true && before.task.waitingFor !== null && now - before.askedAt < askAgainMs;
  if (rests && !hasMoved(before.record, record)) return before;
  const task = await sight(engine, record.identifier, record.startedAt);
  return task === null || task.task.isOver ? null : { record, askedAt: now, ...task };
}

async function askEnded(engine: Engine, gone: readonly Known[]): Promise<WatchedTask[]> {
  const sighted = await Promise.all(gone.map(({ task }) => sight(engine, task.task, task.startedAt)));
  return sighted.flatMap((one) => (one?.task.isOver === true ? [one.task] : []));
}

async function sight(
  engine: Engine,
  identifier: string,
  startedAt: string,
): Promise<{ task: WatchedTask; isLive: boolean } | null> {
  try {
    const sighting = await lookAtTask(engine, identifier);
    return { task: watchedTask(sighting, startedAt), isLive: sighting.isLive };
  } catch (error) {
    if (error instanceof CliError && error.exitCode === ExitCode.noSuchTask) return null;
    throw error;
  }
}

function compareTasks(left: WatchedTask, right: WatchedTask): number {
  if (left.needsPerson !== right.needsPerson) return left.needsPerson ? -1 : 1;
  return left.startedAt < right.startedAt ? -1 : 1;
}
