import type { ExternalWorkflowHandle } from '@temporalio/workflow';
import { CancellationScope, getExternalWorkflowHandle } from '@temporalio/workflow';
import { summarizeIssue } from '../domain/issue.js';
import { isAbandoned, isLeaving } from '../domain/move.js';
import { projectWorkflowId } from '../domain/project.js';
import { reviewersToAsk } from '../domain/review.js';
import { hasSharedLimits } from '../domain/shared-budget.js';
import { isOutcome } from '../domain/task.js';
import type { Outcome, SlotState, TaskState } from '../domain/task.js';
import type { Usage } from '../domain/usage.js';
import { addTurn } from '../domain/usage.js';
import { deliver } from './deliver.js';
import type { TaskReport } from './messages.js';
import { changeOpenedSignal, taskReportSignal, taskSettledSignal } from './messages.js';
import type { Task } from './task-context.js';
import { now, waitFor } from './task-context.js';

/** Asked for again after this long, in case the project lost its state. */
const askAgainMs = 10 * 60_000;
/** The same while there is no project, because nobody has typed `continuo up` yet: longer each time. */
const lookAgainMs = 15_000;

/** Whether an agent, a check or a reviewer may run in the present phase. */
export function needsSlot(state: TaskState): boolean {
  const { phase } = state.stage;
  // Where it goes on comes with the slot.
  if (isAbandoned(state) && !isOutcome(phase)) return true;
  if (phase === 'review') return reviewersToAsk(state).length > 0;
  return phase === 'claim' || phase === 'prepare' || phase === 'run' || phase === 'verify';
}

/**
 * Whether the task may go on with the slot that it has. Where all tasks share a budget, each turn needs one of its own, and
 * so do reviewers: the project hears what was spent, and they hear what is left.
 */
export function hasSlot(state: TaskState): boolean {
  const { slot, stage, config, left } = state;
  if (slot !== 'held' || isLeaving(state)) return false;
  const spends = stage.phase === 'run' || stage.phase === 'review';
  return !spends || left !== null || config === null || !hasSharedLimits(config.view);
}

/** Asks the project for the right to run, and waits for it, or until it is time to ask again. */
export async function askForSlot(task: Task): Promise<void> {
  const { state } = task;
  if (task.retryAsked) Object.assign(task, { retryAsked: false, evenIfHeld: true });
  Object.assign(task, { held: null });
  const told = await report(task, 'asked', task.evenIfHeld ? { evenIfHeld: true } : {});
  task.tries += 1;
  const patience = told ? askAgainMs : Math.min(lookAgainMs * 2 ** task.tries, askAgainMs);
  const granted = () => state.slot === 'held' || state.pausedBy !== null || task.retryAsked;
  const waiting = { kind: 'slot', since: now(), ...(task.held && { held: task.held }) } as const;
  await waitFor(task, waiting, granted, patience);
  if (state.slot === 'held') task.tries = 0;
}

/** Gives the slot back; every wait begins with this. */
export async function giveSlotBack(task: Task, more: Pick<TaskReport, 'quota'> = {}): Promise<void> {
  if (task.state.slot !== 'none') await report(task, 'none', more);
}

/** False when there is no project yet: it learns of the task when the task asks again. */
/** Tells the project of the change, so that it is looked after. */
export async function reportChange(task: Task): Promise<void> {
  const { issue, change } = task.state;
  if (change === null) return;
  const opened = { issueId: issue.id, number: change.number };
  await deliver(() => projectOf(task).signal(changeOpenedSignal, opened));
}

async function report(
  task: Task,
  slot: SlotState,
  more: Pick<TaskReport, 'quota' | 'evenIfHeld'>,
): Promise<boolean> {
  task.state.slot = slot;
  // Also where the phase is being cut short: the project would count the slot for ever.
  return CancellationScope.nonCancellable(() =>
    deliver(() =>
      projectOf(task).signal(taskReportSignal, {
        issue: summarizeIssue(task.state.issue),
        slot,
        spent: spentBy(task.state),
        host: task.state.workspace?.host ?? null,
        ...(task.state.change !== null && { change: task.state.change.number }),
        ...more,
      }),
    ),
  );
}

export async function reportSettled(task: Task, outcome: Outcome): Promise<void> {
  task.state.slot = 'none';
  const { id: issueId, source } = task.state.issue;
  const settled = { issueId, source, outcome, spent: spentBy(task.state) };
  await deliver(() => projectOf(task).signal(taskSettledSignal, settled));
}

/** Over its whole life, with a turn that waits for an answer. */
function spentBy({ usage, openTurn }: TaskState): Usage {
  return openTurn === null ? usage : addTurn(usage, openTurn.usage);
}

/** The project that the task belongs to, for messages. */
export function projectOf(task: Task): ExternalWorkflowHandle {
  return getExternalWorkflowHandle(projectWorkflowId(task.state.project));
}
