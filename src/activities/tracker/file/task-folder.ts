import type { Blocker, Issue } from '../../../domain/issue.js';
import { normalizeLabels, normalizeState } from '../../../domain/issue.js';
import type { Problem } from '../../../domain/project.js';
import { blockerProblems } from './blockers.js';
import { readTaskFile, taskProblem } from './task-file.js';
import type { TaskFile } from './task-file.js';
import { identifierOf, sameOnDisk } from './task-name.js';

/** All tasks of one commit. */
export interface TaskFolder {
  /** By identifier, in the order of their paths. */
  issues: Map<string, Issue>;
  problems: Problem[];
  /** Identifiers that exist, but not as an issue: malformed or ambiguous. */
  malformed: Set<string>;
}

export interface StateRules {
  /** State of a task file that does not say. */
  initial: string;
  terminal: readonly string[];
}

/** Makes issues of the task files of one commit. The map is path to text, null for one that cannot be read. */
export function readTaskFolder(files: ReadonlyMap<string, string | null>, rules: StateRules): TaskFolder {
  const paths = [...files.keys()].sort();
  const problems: Problem[] = [];
  const malformed = new Set<string>();
  const tasks = new Map<string, TaskFile>();

  const ambiguous = findDuplicates(paths);
  for (const path of paths) {
    const others = ambiguous.get(path);
    const reading =
      others === undefined ? readTaskFile(path, files.get(path) ?? null) : duplicate(path, others);
    problems.push(...reading.problems);
    if (reading.task === null) malformed.add(identifierOf(path));
    else tasks.set(reading.task.identifier, reading.task);
  }

  const states = new Map([...tasks].map(([identifier, task]) => [identifier, task.state ?? rules.initial]));
  const terminal = new Set(rules.terminal.map(normalizeState));
  const isFinished = (identifier: string) => {
    const state = states.get(identifier);
    return state !== undefined && terminal.has(normalizeState(state));
  };
  const issues = new Map<string, Issue>();
  for (const task of tasks.values()) {
    problems.push(...blockerProblems(task, tasks, isFinished));
    issues.set(task.identifier, toIssue(task, rules.initial, states, isFinished));
  }
  return { issues, problems, malformed };
}

/** Paths whose identifiers are the same, or the same but for case: nobody can say which one is meant. */
function findDuplicates(paths: readonly string[]): Map<string, string[]> {
  const byName = new Map<string, string[]>();
  for (const path of paths) {
    const name = sameOnDisk(identifierOf(path));
    byName.set(name, [...(byName.get(name) ?? []), path]);
  }
  const groups = [...byName.values()].filter((group) => group.length > 1);
  return new Map(
    groups.flatMap((group) => group.map((path) => [path, group.filter((other) => other !== path)])),
  );
}

function duplicate(path: string, others: readonly string[]): { task: null; problems: Problem[] } {
  const found = `the same task name as ${others.slice(0, 3).join(', ')}`;
  return {
    task: null,
    problems: [taskProblem(path, 'file name', found, 'a name of its own, also without regard to case')],
  };
}

function toIssue(
  task: TaskFile,
  initial: string,
  states: ReadonlyMap<string, string>,
  isFinished: (identifier: string) => boolean,
): Issue {
  const blocked_by = task.blockedBy.map((identifier): Blocker => {
    const state = states.get(identifier) ?? null;
    return { id: state === null ? null : identifier, identifier, state };
  });
  return {
    id: task.identifier,
    native_ref: { path: task.path },
    identifier: task.identifier,
    title: task.title,
    description: task.description,
    priority: task.priority,
    state: task.state ?? initial,
    branch_name: null,
    url: null,
    assignee_id: null,
    labels: normalizeLabels(task.labels),
    blocked_by,
    dispatchable: task.clear && task.blockedBy.every(isFinished),
    created_at: task.createdAt,
    updated_at: null,
    scope: task.scope,
    acceptance: task.acceptance,
    source: 'tracker',
  };
}
