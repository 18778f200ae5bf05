import type { Command } from 'commander';
import { Argument } from 'commander';
import { examples, invocationOf } from './action.js';

/** Defines `queue`. */
export function defineQueue(program: Command): void {
  program
    .command('queue')
    .addArgument(
      new Argument('[action]', 'what to do with the change of a task').choices(['front', 'remove']),
    )
    .argument('[task]', 'identifier of the task')
    .summary('show what is to land, and change the order')
    .description(
      'Show what is to land on the base of the project, in order, and what is at work. `front` lets the change of a ' +
        'task land before all others that wait; `remove` takes it out and pauses its task, until `continuo resume`.',
    )
    .addHelpText(
      'after',
      examples(
        'continuo queue',
        'continuo queue front fix-login-k3x9',
        'continuo queue remove fix-login-k3x9',
      ),
    )
    .action(
      async (
        action: 'front' | 'remove' | undefined,
        task: string | undefined,
        _options: object,
        command: Command,
      ) => {
        const invocation = await invocationOf(command);
        const { changeQueue, showQueue } = await import('../commands/queue.js');
        if (action === undefined) await showQueue(invocation);
        else if (task !== undefined) await changeQueue(invocation, action, task);
        else
          command.error(`error: name the task: continuo queue ${action} <task>`, {
            code: 'continuo.whichTask',
          });
      },
    );
}
