import type { Command } from 'commander';
import { Argument } from 'commander';
import type { ScheduleAction } from '../commands/schedules.js';
import { examples, invocationOf } from './action.js';

/** Defines `schedules`. */
export function defineSchedules(program: Command): void {
  program
    .command('schedules')
    .addArgument(
      new Argument('[action]', 'what to do').choices(['list', 'run', 'pause', 'resume']).default('list'),
    )
    .argument('[name]', 'name of the schedule, as the workflow file has it')
    .summary('list the schedules of the project, run one now, pause or resume it')
    .description(
      'List the schedules of the workflow file: when each is due, and what became of it last. `run` starts its task ' +
        'now, `pause` lets nothing start by it until `resume`, also when the workflow file changes.',
    )
    .option('-m, --message <text>', 'a note for the record')
    .addHelpText(
      'after',
      examples(
        'continuo schedules list',
        'continuo schedules run doc-gardening',
        "continuo schedules pause doc-gardening -m 'until the release'",
      ),
    )
    .action(
      async (
        action: 'list' | ScheduleAction,
        name: string | undefined,
        { message = '' }: { message?: string },
        command: Command,
      ) => {
        const invocation = await invocationOf(command);
        const { changeSchedule, listSchedules } = await import('../commands/schedules.js');
        if (action === 'list') await listSchedules(invocation);
        else if (name !== undefined) await changeSchedule(invocation, action, name, message);
        else
          command.error(`error: name the schedule: continuo schedules ${action} <name>`, {
            code: 'continuo.whichSchedule',
          });
      },
    );
}
