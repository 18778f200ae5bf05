import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { BudgetOptions } from '../commands/budget.js';
import { examples, invocationOf } from './action.js';

/** Defines the command that lets a task spend more. */
export function defineBudget(program: Command): void {
  program
    .command('budget')
    .argument('<task>', 'identifier of the task')
    .summary('let a task spend more')
    .description(
      'Raise what a task may spend over its whole life; what it has spent counts. One that waits for it goes on where ' +
        'it was.',
    )
    .option('--usd <amount>', 'money in US dollars, in all', parseAmount)
    .option('--tokens <n>', 'tokens, in all', parseAmount)
    .option('--turns <n>', 'turns, in all', parseAmount)
    .option('--minutes <n>', 'minutes in which an agent runs, in all', parseAmount)
    .addHelpText('after', examples('continuo budget fix-login-k3x9 --usd 20'))
    .action(async (task: string, options: BudgetOptions, command: Command) => {
      const { raiseBudget } = await import('../commands/budget.js');
      await raiseBudget(await invocationOf(command), task, options);
    });
}

function parseAmount(text: string): number {
  const amount = Number(text);
  if (Number.isFinite(amount) && amount > 0) return amount;
  throw new InvalidArgumentError('It has to be a number above 0.');
}
