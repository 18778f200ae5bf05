import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { EvidenceOptions } from '../commands/evidence.js';
import type { FindingsOptions } from '../commands/findings.js';
import type { WatchOptions } from '../commands/watch.js';
import { examples, invocationOf } from './action.js';

/** Defines the commands that show what was found out about a change, and all tasks at once. */
export function defineShowing(program: Command): void {
  program
    .command('findings')
    .argument('<task>', 'identifier of the task')
    .summary('print what reviewers have found')
    .description(
      "Print what reviewers have found in a task's change, the gravest first: place, claim, evidence, suggestion, " +
        'and what became of it.',
    )
    .option('--open', 'only those of which nothing has become yet')
    .addHelpText(
      'after',
      examples('continuo findings fix-login-k3x9', 'continuo findings fix-login-k3x9 --open --json'),
    )
    .action(async (task: string, options: FindingsOptions, command: Command) => {
      const { showFindings } = await import('../commands/findings.js');
      await showFindings(await invocationOf(command), task, options);
    });

  program
    .command('evidence')
    .argument('<task>', 'identifier of the task')
    .summary('print what was checked on which commit')
    .description(
      'Print what was checked on which commit of a task, the newest first: each check with result, exit code, time, ' +
        'tests and log, the base and what was taken from it, and the tools.',
    )
    .option('--sha <sha>', 'only of commits that begin so')
    .option('--log <check>', 'print the log of this check as it ran last')
    .addHelpText(
      'after',
      examples(
        'continuo evidence fix-login-k3x9',
        'continuo evidence fix-login-k3x9 --log test',
        'continuo evidence fix-login-k3x9 --sha 4f2a91c --json',
      ),
    )
    .action(async (task: string, options: EvidenceOptions, command: Command) => {
      const { showEvidence } = await import('../commands/evidence.js');
      await showEvidence(await invocationOf(command), task, options);
    });

  program
    .command('watch')
    .summary('follow all open tasks')
    .description(
      'Follow all open tasks of the project in a table that redraws, those first that need a person. `q` or Ctrl-C ends ' +
        'it and leaves the last table. Where there is no terminal, it prints a line for each change.',
    )
    .option('--interval <seconds>', 'time from one look to the next', parseInterval, 2)
    .addHelpText('after', examples('continuo watch', 'continuo watch --interval 10 --json'))
    .action(async (options: WatchOptions, command: Command) => {
      const { watchTasks } = await import('../commands/watch.js');
      await watchTasks(await invocationOf(command), options);
    });
}

function parseInterval(text: string): number {
  const seconds = Number(text);
  if (seconds >= 0.5 && seconds <= 3_600) return seconds;
  throw new InvalidArgumentError('It has to be a number of seconds, from 0.5 to 3600.');
}
