import type { BudgetKind, SpentBudget } from '../domain/budget.js';
import { amount, budgetKinds, describeSpent, leftOf, refuseRaise, spentBudget } from '../domain/budget.js';
import type { Stage } from '../domain/task.js';
import type { Taker } from './accept.js';
import { accept } from './accept.js';
import * as messages from './messages.js';
import type { TurnLimits } from './ports.js';
import type { Task } from './task-context.js';
import { isEnded, note, view, waitFor } from './task-context.js';
import { giveSlotBack } from './task-slot.js';

/** Registers the message by which a person lets a task spend more. */
export function acceptRaise(task: Task, taker: Taker): void {
  const { state } = task;
  accept(taker, messages.raiseBudgetUpdate, messages.raiseBudgetSignal, {
    read: (fields) => ({
      ...fields.message(),
      usd: fields.number('usd'),
      tokens: fields.number('tokens'),
      turns: fields.number('turns'),
      minutes: fields.number('minutes'),
    }),
    refuse: (wanted) => {
      if (isEnded(task)) return `the task is over: ${state.stage.phase}`;
      return refuseRaise(wanted, state, state.config?.view.limits ?? null);
    },
    apply: ({ by, ...wanted }) => {
      const named = budgetKinds.filter((kind) => wanted[kind] !== 0);
      for (const kind of named) state.raised[kind] = wanted[kind];
      const limits = named.map((kind: BudgetKind) => amount(kind, wanted[kind]));
      return `its budget was raised by ${by} to ${limits.join(', ')}`;
    },
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

/** What the next turn may spend of what the task has left. */
export function turnLimits(task: Task): TurnLimits {
  return leftOf(task.state, view(task).limits);
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
