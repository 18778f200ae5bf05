import { ActivityFailure } from '@temporalio/workflow';
import { isAbandoned } from '../domain/move.js';
import { wasCancelled } from './cancelled.js';
import type { Task } from './task-context.js';
import { note } from './task-context.js';
import { whileThere } from './task-halt.js';

/** Does what the task can go on without: a failure of infrastructure is noted. */
export async function attempt(task: Task, act: () => Promise<void>): Promise<void> {
  try {
    await whileThere(task, act);
  } catch (error) {
    if (isAbandoned(task.state) && wasCancelled(error)) return;
    if (!(error instanceof ActivityFailure)) throw error;
    const cause = error.cause ?? error;
    note(task, `${error.activityType} failed: ${cause.message}`);
  }
}
