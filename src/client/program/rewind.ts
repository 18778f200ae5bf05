import type { Command } from 'commander';
import { Option } from 'commander';
import type { RewindPhase } from '../../domain/rewind.js';
import type { ForkOptions } from '../commands/fork.js';
import type { RewindOptions } from '../commands/rewind.js';
import { examples, invocationOf, parseRound } from './action.js';

/** Written out, because nothing but definitions is loaded here. */
const phases = ['run', 'verify', 'review'] as const satisfies readonly RewindPhase[];

/** Defines the commands that go back to an earlier moment of a task. */
export function defineGoingBack(program: Command): void {
  const to = (description: string) => new Option('--to <phase>', description).choices(phases);

  program
    .command('rewind')
    .argument('<task>', 'identifier of the task')
    .summary('put a task back to an earlier moment')
    .description(
      'Put the files of a task back to what they were when it reached a phase, and go on from there. What is ' +
        'there now is saved first, and every decision is void. Nothing that has landed is undone.',
    )
    .addOption(to('the phase to go back to').makeOptionMandatory())
    .option('--round <n>', 'as it was in this round (default: the newest that reached the phase)', parseRound)
    .option('-m, --message <text>', 'why: told to the agent')
    .addHelpText(
      'after',
      examples(
        "continuo rewind fix-login-k3x9 --to run -m 'Leave the session store alone'",
        'continuo rewind fix-login-k3x9 --to review --round 1',
      ),
    )
    .action(async (task: string, options: RewindOptions, command: Command) => {
      const { rewindTask } = await import('../commands/rewind.js');
      await rewindTask(await invocationOf(command), task, options);
    });

  program
    .command('fork')
    .argument('<task>', 'identifier of the task')
    .summary('start a second task from a checkpoint of one')
    .description(
      'Start a second task with the same words, whose workspace begins with a checkpoint of the first one. The first ' +
        'one stays as it is; it may be over, unless it has landed.',
    )
    .addOption(to('as it was when it reached this phase (default: its newest checkpoint)'))
    .option('--round <n>', 'and in this round (default: the newest that reached the phase)', parseRound)
    .option('--id <identifier>', "the second task's identifier (default: made from the title)")
    .option('-m, --message <text>', 'what is to be different: told to the agent')
    .addHelpText(
      'after',
      examples("continuo fork fix-login-k3x9 --to run --round 2 -m 'Try it without a new table'"),
    )
    .action(async (task: string, options: ForkOptions, command: Command) => {
      const { forkTask } = await import('../commands/fork.js');
      await forkTask(await invocationOf(command), task, options);
    });
}
