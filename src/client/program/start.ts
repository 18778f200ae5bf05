import type { Command } from 'commander';
import type { StartOptions } from '../commands/start.js';
import { examples, invocationOf, parsePriority } from './action.js';

/** Defines `start`. */
export function defineStarting(program: Command): void {
  program
    .command('start')
    .argument('[prompt]', 'what is to be done; `-` reads it from stdin')
    .summary('start a task from a prompt, or from an issue of the tracker')
    .description(
      'Start a task from a prompt, or with --issue from an issue of the tracker. It begins as soon as a ' +
        'slot is free; while the engine runs and no worker does, the task waits for one.',
    )
    .option('-F, --file <file>', 'read the prompt from a file')
    .option('-t, --title <title>', "the task's title (default: the prompt's first line)")
    .option('--scope <glob...>', 'files that the change may touch')
    .option('--accept <text...>', 'what must hold when the work is done')
    .option('--priority <n>', '1 is the most urgent', parsePriority)
    .option('--id <identifier>', "the task's identifier (default: made from the title)")
    .option('--issue <identifier>', 'start this issue of the tracker')
    .option('-w, --wait', 'follow the task to its end; exit 0 only when it is done')
    .addHelpText(
      'after',
      examples(
        "continuo start 'Reject empty order numbers'",
        "continuo start 'Speed up the search' --scope 'src/search/**' --accept 'the benchmark is under 100 ms'",
        'continuo start --file task.md --title "Mend the importer" --wait',
        'git diff | continuo start -',
        'continuo start --issue SHOP-12',
      ),
    )
    .action(
      async (prompt: string | undefined, options: StartOptions & { issue?: string }, command: Command) => {
        const { start } = await import('../commands/start.js');
        await start(await invocationOf(command), prompt ?? null, options);
      },
    );
}
