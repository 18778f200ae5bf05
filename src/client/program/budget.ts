import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { BudgetOptions } from '../commands/budget.js';
import { examples, invocationOf } from './action.js';

interface Options extends BudgetOptions {
  day?: boolean;
  project?: boolean;
}

/** Defines the command about what agents may spend. */
export function defineBudget(program: Command): void {
  program
    .command('budget')
    .argument('[task]', 'identifier of the task')
    .summary('see what was spent, or let a task or all of them spend more')
    .description(
      'Raise what a task may spend over its whole life, or all tasks together today or in all; what was spent counts, and ' +
        'what waits for it goes on where it was. Without a task and a limit, show what all tasks have spent.',
    )
    .option('--day', 'what all tasks may spend together today')
    .option('--project', 'what all tasks may spend together in all')
    .option('--usd <amount>', 'money in US dollars, in all', parseAmount)
    .option('--tokens <n>', 'tokens, in all', parseAmount)
    .option('--turns <n>', 'turns, in all', parseAmount)
    .option('--minutes <n>', 'minutes in which an agent runs, in all', parseAmount)
    .addHelpText(
      'after',
      examples(
        'continuo budget',
        'continuo budget fix-login-k3x9 --usd 20',
        'continuo budget --day --usd 200',
      ),
    )
    .action(async (task: string | undefined, options: Options, command: Command) => {
      const invocation = await invocationOf(command);
      const { day = false, project = false, ...limits } = options;
      const whose = [task !== undefined, day, project].filter(Boolean).length;
      if (whose > 1) {
        command.error('error: name one of a task, --day and --project', { code: 'continuo.whoseBudget' });
      } else if (task !== undefined) {
        const { raiseBudget } = await import('../commands/budget.js');
        await raiseBudget(invocation, task, limits);
      } else if (whose === 1) {
        const { raiseForAll } = await import('../commands/project-budget.js');
        await raiseForAll(invocation, day ? 'day' : 'project', limits);
      } else if (Object.keys(limits).length > 0) {
        command.error('error: name a task, --day or --project', { code: 'continuo.whoseBudget' });
      } else {
        const { showBudgets } = await import('../commands/project-budget.js');
        await showBudgets(invocation);
      }
    });
}

function parseAmount(text: string): number {
  const amount = Number(text);
  if (Number.isFinite(amount) && amount > 0) return amount;
  throw new InvalidArgumentError('It has to be a number above 0.');
}
