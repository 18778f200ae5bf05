import { CancellationScope } from '@temporalio/workflow';
import type { Feedback } from '../domain/feedback.js';
import { isAbandoned } from '../domain/move.js';
import type { OpenTurn, QuestionAnswer, TaskState } from '../domain/task.js';
import { addTurn } from '../domain/usage.js';
import { keepWords } from '../domain/words.js';
import { agent } from './proxies.js';
import { attempt } from './task-attempt.js';
import type { Task } from './task-context.js';
import { granted, workspaceOf } from './task-context.js';

/** Whether a turn waits for an answer that nobody is to wait for any more: it is a part of `run` alone. */
export function isTurnMoot({ openTurn, taken, rewind, stage }: TaskState): boolean {
  return openTurn !== null && (taken !== null || rewind !== null || stage.phase !== 'run');
}

/**
 * Ends a turn whose agent waits for an answer, so that it does not go on by itself. It has a number of its own, as
 * every turn that was ended, and the next one is told what it was told.
 */
export async function closeTurn(task: Task): Promise<void> {
  const { state } = task;
  const open = state.openTurn;
  if (open === null) return;
  const { turn, usage } = open;
  state.openTurn = null;
  state.usage = addTurn(state.usage, usage);
  tellAnswersAgain(state, open);
  if (isAbandoned(state)) return;

  const workspace = workspaceOf(task);
  const { project, issue } = state;
  const config = granted(task).config.hash;
  const port = agent({
    project,
    host: workspace.host,
    summary: `End turn ${turn}, which waits for an answer`,
  });
  const input = { config, project, identifier: issue.identifier, workspace, turn };
  // Also where the task is being ended: nothing else would end the agent before its lease is over.
  await CancellationScope.nonCancellable(() => attempt(task, () => port.endTurn(input)));
}

/** What was answered to an agent that may not have heard it goes to the next turn; the rest was told. */
export function tellAnswersAgain(state: TaskState, { answers, given }: OpenTurn): void {
  const all = answers.map(toldAnswer);
  state.words = keepWords(state.words, all.slice(0, given));
  state.feedback.push(...all.slice(given));
}

/** An answer as a turn is told it that did not ask. */
export function toldAnswer({ question, text, by }: QuestionAnswer): Feedback {
  return { kind: 'answer', question, answer: text, by };
}
