import { isCancellation } from '@temporalio/workflow';
import type { OpenTurn } from '../domain/task.js';
import { isAbandoned } from '../domain/move.js';
import { addTurn, noUsage } from '../domain/usage.js';
import { keepWords } from '../domain/words.js';
import { wasCancelled } from './cancelled.js';
import { loseTurn } from './task-host.js';
import type { RunTurnInput, TurnOutcome } from './ports.js';
import { agent } from './proxies.js';
import type { Task } from './task-context.js';
import { granted, isCalledOff, note, view, workspaceOf } from './task-context.js';
import { haltable } from './task-halt.js';
import { closeTurn, tellAnswersAgain, toldAnswer } from './task-open-turn.js';
import { remarksSince, takeHeard } from './task-remarks.js';
import { takeAnswers } from './task-review.js';
import { turnLimits } from './task-budget.js';
import { choosePlayer } from './task-player.js';

/** One turn of the agent, or the rest of one that has asked and is answered now. */
export async function runTurn(task: Task): Promise<TurnOutcome> {
  const { state } = task;
  const workspace = workspaceOf(task);
  const open = state.openTurn ?? beginTurn(task);
  const { turn, answers, told } = open;
  const configured = view(task).agent.kind;
  const kind = state.player ?? configured;
  const remarks = remarksSince(state.feedback, told);
  const port = agent({
    project: state.project,
    host: workspace.host,
    summary: `Turn ${turn} of ${kind}, round ${state.round}`,
  });
  const input: RunTurnInput = {
    config: granted(task).config.hash,
    ...(kind !== configured && { agent: kind }),
    project: state.project,
    identifier: state.issue.identifier,
    workspace,
    attempt: state.attempt,
    turn,
    round: state.round,
    session: state.session,
    feedback: state.feedback.slice(0, told),
    ...(answers.length > 0 && { answers }),
    ...(remarks.length > 0 && { remarks }),
    ...(state.report !== null && { report: state.report }),
    limits: turnLimits(task, open.usage),
  };
  // The next one is weighed anew against what others have spent.
  state.left = null;
  try {
    const outcome = await haltable(task, () => port.runTurn(input), turn);
    return takeOutcome(task, open, outcome);
  } catch (error) {
    return cutShort(task, open, error);
  }
}

function beginTurn(task: Task): OpenTurn {
  const { state } = task;
  choosePlayer(task);
  return { turn: state.usage.turns + 1, answers: [], given: 0, told: state.feedback.length, usage: noUsage };
}

function takeOutcome(task: Task, open: OpenTurn, outcome: TurnOutcome): TurnOutcome {
  const { state } = task;
  const { turn, answers, told } = open;
  state.session = outcome.session;
  state.report = outcome.report ?? state.report;
  if (outcome.heard !== undefined) takeHeard(task, outcome.heard, turn);
  // A question does not end a turn: it goes on with the answer.
  if (outcome.kind === 'question') {
    state.openTurn = { ...open, given: answers.length, usage: outcome.usage };
    return outcome;
  }
  state.openTurn = null;
  state.usage = addTurn(state.usage, outcome.usage);
  // What arrived during the turn stays for the next one; one that did not get to its end is told again.
  if (outcome.kind === 'completed' || outcome.kind === 'limit') {
    state.words = keepWords(state.words, [...state.feedback.splice(0, told), ...answers.map(toldAnswer)]);
  } else tellAnswersAgain(state, open);
  if (outcome.kind === 'stopped') tellOfPause(task);
  if (outcome.wasCutOff) note(task, `turn ${turn} was cut off and played again`);
  if (outcome.kind === 'completed') {
    state.summary = outcome.summary;
    note(task, `turn ${turn}: ${outcome.summary}`);
    if (outcome.answers !== undefined) takeAnswers(task, outcome.answers);
  }
  return outcome;
}

/** Where a person has only paused it, the turn was stopped; else whoever called it off has the word. */
async function cutShort(task: Task, open: OpenTurn, error: unknown): Promise<TurnOutcome> {
  const { state } = task;
  if (!wasCancelled(error)) throw error;
  if (isAbandoned(state)) {
    loseTurn(state, open);
    note(task, `turn ${open.turn} was lost with its host`);
    throw error;
  }
  // A worker that died over it has not said that the agent has ended, and a turn that has asked before is known.
  if (!isCancellation(error) || state.openTurn !== null) state.openTurn = open;
  // A turn is known by its number, so the next one must not pass for the one that was ended.
  else if (isCalledOff(task) || task.halted !== null) state.usage = addTurn(state.usage, noUsage);
  if (task.halted === null || isCalledOff(task) || task.ending !== null) throw error;

  await closeTurn(task);
  tellOfPause(task);
  return { kind: 'stopped', session: state.session, usage: noUsage };
}

/** The agent finds its work half done when it goes on. */
function tellOfPause({ state, halted }: Task): void {
  if (halted !== null) state.feedback.push({ kind: 'paused', ...halted });
}
