import { isOutcome } from '../../domain/task.js';
import { needsPerson } from '../needs-person.js';
import type { TaskRecord } from '../task-record.js';
import type { Sighting } from '../task-status.js';

/** One task as `watch` shows it; with `--json`, a line for each change. Times are RFC 3339. */
export interface WatchedTask {
  task: string;
  title: string;
  phase: string;
  round: number;
  /** Null where nothing was checked yet, or no worker tells. */
  checks: { passed: number; total: number } | null;
  waitingFor: string | null;
  waitsSince: string | null;
  /** It goes on when a person does something. */
  needsPerson: boolean;
  startedAt: string;
  /** It has come to its end while it was watched. */
  isOver: boolean;
}

export function watchedTask({ status, isOpen }: Sighting, startedAt: string): WatchedTask {
  const { checks } = status;
  return {
    task: status.task,
    title: status.title,
    phase: status.phase,
    round: status.round,
    checks:
      checks.length === 0
        ? null
        : { passed: checks.filter(({ kind }) => kind === 'passed').length, total: checks.length },
    waitingFor: status.waitingFor,
    waitsSince: status.waitsSince,
    needsPerson: needsPerson(status.waiting),
    startedAt,
    // A failed task waits for a retry, and is open until then.
    isOver: !isOpen || (isOutcome(status.phase) && status.phase !== 'failed'),
  };
}

/** Whether what Temporal has on record shows that a task has moved on since `before`. */
export function hasMoved(before: TaskRecord, now: TaskRecord): boolean {
  return (
    before.startedAt !== now.startedAt || before.phase !== now.phase || before.waitingFor !== now.waitingFor
  );
}
