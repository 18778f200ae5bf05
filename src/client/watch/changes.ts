import { visible } from '../visible.js';
import { formatTime } from '../time.js';
import type { WatchedTask } from './watched-task.js';
import { checksOf } from './frame.js';

/** Returns a function that gives those tasks that are different from how they were when it was called last. */
export function openChanges(): (tasks: readonly WatchedTask[]) => WatchedTask[] {
  let told = new Map<string, string>();
  return (tasks) => {
    const before = told;
    told = new Map(tasks.map((task) => [task.task, JSON.stringify(task)]));
    return tasks.filter(({ task }) => before.get(task) !== told.get(task));
  };
}

/** A change as one line. */
export function changeLine(task: WatchedTask, at: string): string {
  const checks = task.checks === null ? '' : `  checks: ${checksOf(task)}`;
  const wait = task.waitingFor === null ? '' : `  waits for ${task.waitingFor.replace(/\s+/g, ' ')}`;
  return visible(`${formatTime(at)}  ${task.task}  ${task.phase}  round ${task.round}${checks}${wait}`);
}
