import type { BudgetKind, SpentBudget, TurnLimits } from '../domain/budget.js';
import {
  addToLimits,
  describeSpent,
  leftOf,
  narrower,
  raiseLimits,
  refuseRaise,
  spentBudget,
} from '../domain/budget.js';
import type { Stage } from '../domain/task.js';
import type { TurnUsage } from '../domain/usage.js';
import { noTurnUsage } from '../domain/usage.js';
import type { Taker } from './accept.js';
import { accept } from './accept.js';
import * as messages from './messages.js';
import { readRaise } from './raise.js';
import type { Task } from './task-context.js';
import { isEnded, note, view, waitFor } from './task-context.js';
import { giveSlotBack } from './task-slot.js';

/** Registers the message by which a person lets a task spend more. */
export function acceptRaise(task: Task, taker: Taker): void {
  const { state } = task;
  accept(taker, messages.raiseBudgetUpdate, messages.raiseBudgetSignal, {
    read: readRaise,
    refuse: (wanted) => {
      if (isEnded(task)) return `the task is over: ${state.stage.phase}`;
      return refuseRaise(wanted, state, state.config?.view.limits ?? null);
    },
    apply: ({ by, ...wanted }) => `its budget was raised by ${by} to ${raiseLimits(state.raised, wanted)}`,
  });
}

/** The limit that the task has reached, or null. */
export function spentLimit(task: Task, kinds?: readonly BudgetKind[]): SpentBudget | null {
  return spentBudget(task.state, view(task).limits, kinds);
}

/** The limit that keeps reviewers from beginning, which take no turns. */
export function spentForReview(task: Task): SpentBudget | null {
  return spentLimit(task, ['usd', 'tokens', 'minutes']);
}

/**
 * What a turn may spend of what the task has left, and of what all tasks had left when the slot was granted. There, what
 * the turn itself had spent before it asked a person was counted already.
 */
export function turnLimits(task: Task, counted: TurnUsage = noTurnUsage): TurnLimits {
  const { state } = task;
  const own = leftOf(state, view(task).limits);
  return state.left === null ? own : narrower(own, addToLimits(state.left, counted));
}

/** An equal share of it for each of so many reviewers, who spend at the same time. */
export function reviewLimits(task: Task, reviewers: number): TurnLimits {
  const { tokens, usd, ms } = turnLimits(task);
  const share = (left: number) => Math.max(Math.floor(left / reviewers), 1);
  return {
    tokens: tokens === null ? null : share(tokens),
    usd: usd === null ? null : usd / reviewers,
    ...(ms !== undefined && { ms: share(ms) }),
  };
}

/** Waits, without a slot, until a person raises the limit, or has it looked up again in the workflow file. */
export async function waitForBudget(task: Task, spent: SpentBudget): Promise<Stage> {
  await giveSlotBack(task);
  note(task, `its budget is used up: ${describeSpent(spent)}`);
  await waitFor(
    task,
    { kind: 'budget', ...spent },
    () => task.retryAsked || spentLimit(task)?.of !== spent.of,
  );
  task.retryAsked = false;
  return task.state.stage;
}
