import type { BudgetKind } from '../../domain/budget.js';
import type { RaiseBudgetMessage } from '../../workflows/messages.js';
import { raiseBudgetUpdate } from '../../workflows/messages.js';
import { withEngine } from '../engine.js';
import { CliError, ExitCode } from '../error.js';
import type { Invocation } from '../invocation.js';
import { newMessage } from '../message.js';
import { tellTask } from '../task-message.js';

export type BudgetOptions = Partial<Record<BudgetKind, number>>;

/** Lets a task spend more over its whole life. Throws `CliError` when no limit is named. */
export async function raiseBudget(
  invocation: Invocation,
  task: string,
  limits: BudgetOptions,
): Promise<void> {
  const raise = raiseOf(invocation, limits);
  await withEngine(invocation, (engine) => tellTask(engine, invocation, task, raiseBudgetUpdate, raise));
}

/** The message with the limits that are named. Throws `CliError` when none is. */
export function raiseOf(
  { by }: Invocation,
  { usd = 0, tokens = 0, turns = 0, minutes = 0 }: BudgetOptions,
): RaiseBudgetMessage {
  if (usd + tokens + turns + minutes > 0) return { ...newMessage(by), usd, tokens, turns, minutes };
  const how = 'name one: --usd, --tokens, --turns or --minutes';
  throw new CliError(ExitCode.usage, 'no limit is named', how);
}
