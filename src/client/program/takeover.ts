import type { Command } from 'commander';
import type { HandBackOptions } from '../commands/hand-back.js';
import type { ShellOptions } from '../commands/shell.js';
import { examples, invocationOf } from './action.js';

/** Defines the commands by which a person works on a task themselves. */
export function defineTakingOver(program: Command): void {
  program
    .command('shell')
    .argument('<task>', 'identifier of the task')
    .summary('take a task over and open a shell in its workspace')
    .description(
      'Take a task over and open your shell in its workspace. A turn of the agent that runs is ended and its ' +
        'work is saved first; nothing runs there until you hand the task back.',
    )
    .option('-m, --message <text>', 'a note for the record')
    .option('--print', 'print the path of the workspace and open no shell')
    .addHelpText(
      'after',
      examples('continuo shell fix-login-k3x9', 'code "$(continuo shell fix-login-k3x9 --print)"'),
    )
    .action(async (task: string, options: ShellOptions, command: Command) => {
      const { shellIntoTask } = await import('../commands/shell.js');
      await shellIntoTask(await invocationOf(command), task, options);
    });

  program
    .command('hand-back')
    .argument('<task>', 'identifier of the task')
    .summary('hand a task back that you have taken over')
    .description(
      'Hand a task back that you have taken over. What you changed becomes a commit of yours, and the agent goes ' +
        'on with it; with --verify it is taken as finished and goes to verification.',
    )
    .option('-m, --message <text>', 'what you did: told to the agent, and the message of the commit')
    .option('--verify', 'the work is finished')
    .option('--author <author>', 'whose commit it is, as "Name <mail>" (default: as git knows you)')
    .addHelpText(
      'after',
      examples(
        "continuo hand-back fix-login-k3x9 -m 'Kept the old error code; the tests are still to be written'",
        'continuo hand-back fix-login-k3x9 --verify',
      ),
    )
    .action(async (task: string, options: HandBackOptions, command: Command) => {
      const { handBackTask } = await import('../commands/hand-back.js');
      await handBackTask(await invocationOf(command), task, options);
    });
}
