import { ActivityFailure, isCancellation } from '@temporalio/workflow';
import type { Feedback } from '../domain/feedback.js';
import { playerOf } from '../domain/player.js';
import { keepWords } from '../domain/words.js';
import type { TurnRemark } from './ports.js';
import { agent } from './proxies.js';
import type { Task } from './task-context.js';
import { note, now, publish, workspaceOf } from './task-context.js';

/** Each turn is a program that reads nothing after its prompt. */
const deafAgent = 'command';

/**
 * Takes what a person says to the agent, and says what becomes of it. It waits for the next turn from here on; a turn
 * that runs may hear it before.
 */
export function takeRemark(task: Task, remark: TurnRemark): string {
  const { state } = task;
  state.feedback.push({ kind: 'steer', ...remark, at: now() });
  const turn = task.atWork?.turn ?? null;
  const waits = `a note by ${remark.by} waits`;
  if (turn !== null && playerOf(state) !== deafAgent) {
    void task.atWork?.scope.run(() => offer(task, turn, remark));
    return `${waits} for the agent: it is offered to turn ${turn}, and told the next one where that does not hear it`;
  }
  return state.openTurn === null
    ? `${waits}: it goes to the next turn`
    : `${waits}: it goes to the agent with the answer to its question`;
}

async function offer(task: Task, turn: number, remark: TurnRemark): Promise<void> {
  const workspace = workspaceOf(task);
  const { project } = task.state;
  const summary = `Tell turn ${turn} what ${remark.by} says`;
  const port = agent({ project, host: workspace.host, summary });
  try {
    const { heard } = await port.steer({ workspace, turn, remark, at: now() });
    // What a turn that is over has heard was in its outcome.
    if (heard && task.atWork?.turn === turn) takeHeard(task, [remark.id], turn);
  } catch (error) {
    // It waits still.
    if (!isCancellation(error) && !(error instanceof ActivityFailure)) throw error;
  }
}

/** What people have said since a turn began that goes on now. */
export function remarksSince(feedback: readonly Feedback[], told: number): TurnRemark[] {
  return feedback
    .slice(told)
    .flatMap((one) =>
      one.kind === 'steer' && one.id !== undefined ? [{ id: one.id, by: one.by, note: one.note }] : [],
    );
}

/** Remarks that an agent has heard wait no longer. They came after its turn began. */
export function takeHeard(task: Task, ids: readonly string[], turn: number): void {
  const { state } = task;
  const isHeard = (one: Feedback) => one.kind === 'steer' && one.id !== undefined && ids.includes(one.id);
  const heard = state.feedback.filter(isHeard);
  if (heard.length === 0) return;
  state.feedback = state.feedback.filter((one) => !isHeard(one));
  state.words = keepWords(state.words, heard);
  const count = heard.length === 1 ? 'a note was' : `${heard.length} notes were`;
  note(task, `${count} heard by the agent in turn ${turn}`);
  publish(task);
}
