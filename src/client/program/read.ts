import type { Command } from 'commander';
import { Option } from 'commander';
import type { DiffOptions } from '../commands/diff.js';
import type { ListOptions } from '../commands/list.js';
import type { LogsOptions } from '../commands/logs.js';
import type { PsOptions } from '../commands/ps.js';
import { examples, invocationOf } from './action.js';

/** Defines the commands that look at tasks. */
export function defineReading(program: Command): void {
  program
    .command('list')
    .summary('list the tasks of the project')
    .description('List the tasks of the project, open ones first. Works without a worker.')
    .option('-a, --all', 'closed tasks as well')
    .addHelpText('after', examples('continuo list', 'continuo list --all --json'))
    .action(async (options: ListOptions, command: Command) => {
      const { listTasks } = await import('../commands/list.js');
      await listTasks(await invocationOf(command), options);
    });

  program
    .command('ps')
    .summary('list the agents, checks and hooks that run on this host')
    .description(
      'List the agents, checks and hooks of the project that run on this host, with age, memory and whether a worker ' +
        'attends to them. Needs neither engine nor worker.',
    )
    .option('--project <name>', 'by its name, in place of its workflow file')
    .addHelpText('after', examples('continuo ps', 'continuo ps --json', 'continuo ps --project shop'))
    .action(async (options: PsOptions, command: Command) => {
      const { listPrograms } = await import('../commands/ps.js');
      await listPrograms(await invocationOf(command), options);
    });

  program
    .command('status')
    .argument('<task>', 'identifier of the task')
    .summary('show what a task is doing and what you can do next')
    .description(
      'Show what a task is doing: phase, checks, risks, history, and what you can do next. ' +
        'Without a worker it shows what Temporal has on record.',
    )
    .addHelpText('after', examples('continuo status fix-login-k3x9', 'continuo status fix-login-k3x9 --json'))
    .action(async (task: string, _options: object, command: Command) => {
      const { showStatus } = await import('../commands/status.js');
      await showStatus(await invocationOf(command), task);
    });

  program
    .command('logs')
    .argument('<task>', 'identifier of the task')
    .summary("print the transcript of a task's turns")
    .description("Print the transcript of a task's turns, or with --checks the output of its newest checks.")
    .option('-f, --follow', 'go on printing until the task is over')
    .option('--checks', 'the output of the newest checks instead')
    .addHelpText(
      'after',
      examples('continuo logs fix-login-k3x9 -f', 'continuo logs fix-login-k3x9 --checks'),
    )
    .action(async (task: string, options: LogsOptions, command: Command) => {
      const { showLogs } = await import('../commands/logs.js');
      await showLogs(await invocationOf(command), task, options);
    });

  program
    .command('transcript')
    .argument('<task>', 'identifier of the task')
    .summary('print what the agents of a task have said and done, as Markdown')
    .description('Print what the agents of a task have said and done, turn by turn, as Markdown.')
    .addHelpText('after', examples('continuo transcript fix-login-k3x9 > story.md'))
    .action(async (task: string, _options: object, command: Command) => {
      const { showTranscript } = await import('../commands/transcript.js');
      await showTranscript(await invocationOf(command), task);
    });

  program
    .command('diff')
    .argument('<task>', 'identifier of the task')
    .summary('print what a task has changed')
    .description(
      'Print what a task has changed, from its base to its newest checkpoint. On a terminal it is shown in your pager, ' +
        'with the findings of reviewers beneath their lines; a pipe gets a patch for git.',
    )
    .option('--stat', 'only the changed files, with what happens to each')
    .addOption(
      new Option('--color <when>', 'colours: on a terminal, or always, or never')
        .choices(['auto', 'always', 'never'])
        .default('auto'),
    )
    .option('--no-word-diff', 'do not mark the changed words of a line')
    .option('--no-pager', 'print on the terminal itself')
    .addHelpText(
      'after',
      examples(
        'continuo diff fix-login-k3x9',
        'continuo diff fix-login-k3x9 --stat',
        'continuo diff fix-login-k3x9 --color always --no-word-diff | less -R',
        'continuo diff fix-login-k3x9 | git apply',
      ),
    )
    .action(async (task: string, options: DiffOptions, command: Command) => {
      const { showDiff } = await import('../commands/diff.js');
      await showDiff(await invocationOf(command), task, options);
    });
}
