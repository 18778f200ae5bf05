import { takeShown } from '../domain/change.js';
import { changeBody, shownFindings, threadAnswers } from '../domain/change-text.js';
import { statusOf } from '../domain/status.js';
import type { ShowChangeInput } from './change-port.js';
import { changes } from './proxies.js';
import { askToLook } from './task-change.js';
import type { Task } from './task-context.js';
import { granted, headOf, note, shortSha, view, workspaceOf } from './task-context.js';
import { whileThere } from './task-halt.js';
import { reportChange } from './task-slot.js';

/** `pushed` and `blocked` as the forge says them; `shown` also where nothing has changed since. */
export type Shown =
  { kind: 'shown' } | { kind: 'pushed'; sha: string } | { kind: 'blocked'; message: string };

/** Whether work is shown to people as a change before it lands. */
export function isShown(task: Task): boolean {
  return view(task).gates.land?.mode === 'pull_request';
}

/** Brings the change to where the task is: its commit, its text, what checks and reviewers say, and answers to people. */
export async function show(task: Task, { isDraft }: { isDraft: boolean }): Promise<Shown> {
  const { state } = task;
  const input = inputOf(task, isDraft);
  const before = state.change;
  const seenBefore = before?.seen;
  const picture = JSON.stringify(input);
  if (before !== null && task.shown === picture) return { kind: 'shown' };

  const { project } = state;
  const { host } = workspaceOf(task);
  const port = changes({ project, host, summary: `Show ${shortSha(input.sha)} to people` });
  const outcome = await whileThere(task, () => port.showChange(input));
  if (outcome.kind !== 'shown') return outcome;

  const { change, seen } = outcome;
  // What was told meanwhile may be newer than what has been seen here, and nobody tells it again unasked.
  const isOvertaken = before !== null && before.seen !== seenBefore;
  state.change = takeShown(state.change, { change, seen, answers: input.answers });
  task.shown = JSON.stringify(inputOf(task, isDraft));
  if (before?.number !== change.number) {
    note(task, `shown as #${change.number}: ${change.url}`);
    await reportChange(task);
  }
  if (isOvertaken) await askToLook(task, change.number);
  return { kind: 'shown' };
}

function inputOf(task: Task, isDraft: boolean): ShowChangeInput {
  const { state } = task;
  const { issue, project, change, evidence } = state;
  const sha = headOf(task);
  return {
    config: granted(task).config.hash,
    project,
    identifier: issue.identifier,
    issueId: issue.id,
    source: issue.source,
    workspace: workspaceOf(task),
    number: change?.number ?? null,
    sha,
    base: view(task).gates.land?.base ?? '',
    title: issue.title,
    body: changeBody(statusOf(state), { url: issue.url, said: state.summary ?? issue.title }),
    isDraft,
    checks: evidence?.sha === sha ? evidence.checks : [],
    findings: shownFindings(state.findings),
    answers: change === null ? [] : threadAnswers(change, sha),
  };
}
