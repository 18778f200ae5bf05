import { ActivityFailure } from '@temporalio/workflow';
import type { Task } from './task-context.js';
import { note } from './task-context.js';

/** Does what the task can go on without: a failure of infrastructure is noted. */
export async function attempt(task: Task, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    const cause = error.cause ?? error;
    note(task, `${error.activityType} failed: ${cause.message}`);
  }
}
