import {
  allHandlersFinished,
  CancellationScope,
  CancelledFailure,
  condition,
  continueAsNew,
  workflowInfo,
} from '@temporalio/workflow';
import { forkedTask } from '../domain/fork.js';
import { isAbandoned } from '../domain/move.js';
import { newTask, readState } from '../domain/task.js';
import type { TaskInput } from './messages.js';
import { changeHost } from './task-host.js';
import { conclude, park, stageAfter } from './task-end.js';
import type { TaskResult } from './task-end.js';
import { queuedInVain, withdrawChange } from './task-merge.js';
import { handleMessages } from './task-messages.js';
import { claim, land, prepare, review, run, verify } from './task-phases.js';
import { closeTurn, isTurnMoot } from './task-open-turn.js';
import { goBack, keepMoment } from './task-rewind.js';
import { lend } from './task-take-over.js';
import { keepTold } from './task-tell.js';
import { askForSlot, giveSlotBack, hasSlot, needsSlot } from './task-slot.js';
import type { Task } from './task-context.js';
import { beginStep, endStep } from './task-telemetry.js';
import { end, isEnded, now, openTask, publish, waitFor } from './task-context.js';

/**
 * The durable life of one issue: claim -> prepare -> run -> verify -> review -> land -> done.
 * Each phase names the stage that follows it, so every way back is a return value; a task that
 * failed stays open for a while and can be retried.
 */
export async function task(input: TaskInput): Promise<TaskResult> {
  const task = openTask(input.state === null ? begin(input) : readState(input.state), input.forced);
  handleMessages(task);
  const told = keepTold(task);
  // The cancel button of the Temporal UI is a cancel as any other.
  CancellationScope.current().cancelRequested.catch(() =>
    end(task, 'Temporal', 'the workflow was cancelled'),
  );

  while (!isEnded(task)) {
    await step(task);
    if (workflowInfo().continueAsNewSuggested && isAtRest(task)) await startNewRun(input, task);
  }

  const result = await conclude(task);
  task.isOver = true;
  await told;
  await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
  // The cancel button of the Temporal UI closes the workflow as cancelled, as people expect there.
  if (result.outcome === 'cancelled' && CancellationScope.current().consideredCancelled) {
    throw new CancelledFailure('cancelled in Temporal');
  }
  return result;
}

function begin({ project, issue, grant, settings, origin }: TaskInput) {
  const state = origin === undefined ? newTask(project, issue) : forkedTask(project, issue, origin, now());
  return grant === null ? { ...state, ...settings } : { ...state, ...grant, slot: 'held' as const };
}

/** Takes the task from its present stage to the next one; a person may cancel it meanwhile. */
async function step(task: Task): Promise<void> {
  const scope = new CancellationScope();
  const begun = beginStep(task);
  task.halted = null;
  task.interrupt = () => scope.cancel();
  try {
    task.state.stage = await scope.run(() => proceed(task));
  } catch (error) {
    task.state.stage = stageAfter(task, error);
  }
  if (task.ending !== null && !isEnded(task)) task.state.stage = task.ending;
  endStep(task, begun);
}

async function proceed(task: Task): Promise<Task['state']['stage']> {
  if (isTurnMoot(task.state)) await closeTurn(task);
  const queued = queuedInVain(task);
  const landed = queued && (await withdrawChange(task, queued));
  if (landed !== null) return landed;
  const { taken, rewind, stage } = task.state;
  if (taken !== null) return lend(task, taken);
  if (rewind !== null && stage.phase !== 'prepare' && !isAbandoned(task.state)) return goBack(task, rewind);
  return (await rest(task)) ? (changeHost(task) ?? nextStage(task)) : task.state.stage;
}

/**
 * Before each phase: waits while paused, and for a slot where programs may run. False after a wait,
 * because much may have changed: the task looks again.
 */
async function rest(task: Task): Promise<boolean> {
  const { state } = task;
  if (state.pausedBy !== null) {
    await giveSlotBack(task);
    await waitFor(task, { kind: 'paused', by: state.pausedBy, since: now() }, () => state.pausedBy === null);
    return false;
  }
  if (!needsSlot(state)) {
    await giveSlotBack(task);
    return true;
  }
  if (!hasSlot(state)) await askForSlot(task);
  return hasSlot(state) && task.ending === null;
}

function nextStage(task: Task): Promise<Task['state']['stage']> {
  const { stage } = task.state;
  // What it waits for from here on is something new; only a change that is to land is asked for again.
  if (stage.phase !== 'land') task.state.waitBegan = null;
  publish(task);
  keepMoment(task);
  switch (stage.phase) {
    case 'claim':
      return claim(task);
    case 'prepare':
      return prepare(task);
    case 'run':
      return run(task);
    case 'verify':
      return verify(task);
    case 'review':
      return review(task);
    case 'land':
      return land(task);
    case 'failed':
      return park(task, stage);
    case 'done':
    case 'rejected':
    case 'cancelled':
      return Promise.resolve(stage);
    default:
      return stage satisfies never;
  }
}

/**
 * A turn that waits for an answer is known by the workflow run: another one could not go on with it. So is an issue that was
 * closed, until the forge has told whether by a merge.
 */
function isAtRest(task: Task): boolean {
  return !isEnded(task) && task.state.openTurn === null && !task.issueIsTerminal;
}

/** A long life is carried over several runs; the state goes on whole. */
async function startNewRun(input: TaskInput, running: Task): Promise<never> {
  // Of two at the same time the older one might be the last.
  await condition(() => allHandlersFinished() && !running.telling);
  return continueAsNew<typeof task>({ ...input, state: running.state });
}
