import type { Problem } from '../../../domain/project.js';
import { taskProblem } from './task-file.js';
import type { TaskFile } from './task-file.js';

type Tasks = ReadonlyMap<string, TaskFile>;
type IsFinished = (identifier: string) => boolean;

/** Blockers that would hold a task back for ever. */
export function blockerProblems(task: TaskFile, tasks: Tasks, isFinished: IsFinished): Problem[] {
  if (isFinished(task.identifier)) return [];
  const report = (found: string, allowed: string) => taskProblem(task.path, 'blocked_by', found, allowed);
  const unknown = task.blockedBy.filter((identifier) => !tasks.has(identifier));
  const circle = circleOf(task, tasks, isFinished);
  return [
    ...unknown.map((identifier) =>
      report(JSON.stringify(identifier), 'the identifier of a task file that can be read'),
    ),
    ...(circle === null
      ? []
      : [report(`a circle, ${circle.join(' -> ')}`, 'tasks that do not wait for this one')]),
  ];
}

/** The shortest way on which a task waits for itself, from itself to itself; null where there is none. */
function circleOf({ identifier: start }: TaskFile, tasks: Tasks, isFinished: IsFinished): string[] | null {
  const waiting = new Map<string, string>();
  const found = [start];
  // It grows while it is walked.
  for (const from of found) {
    for (const next of tasks.get(from)?.blockedBy ?? []) {
      if (next === start) return [...wayTo(from, waiting), start];
      if (waiting.has(next) || isFinished(next)) continue;
      waiting.set(next, from);
      found.push(next);
    }
  }
  return null;
}

function wayTo(end: string, waiting: ReadonlyMap<string, string>): string[] {
  const way = [end];
  for (let at = waiting.get(end); at !== undefined; at = waiting.get(at)) way.unshift(at);
  return way;
}
