import { CommanderError } from 'commander';
import { ExitCode } from './error.js';
import { Program, examples } from './program/action.js';
import { defineBudget } from './program/budget.js';
import { defineControl } from './program/control.js';
import { defineDeciding } from './program/decide.js';
import { defineHouse } from './program/house.js';
import { defineQueue } from './program/queue.js';
import { defineReading } from './program/read.js';
import { defineGoingBack } from './program/rewind.js';
import { defineSchedules } from './program/schedules.js';
import { defineShowing } from './program/show.js';
import { defineStarting } from './program/start.js';
import { defineTakingOver } from './program/takeover.js';
import type { Surroundings } from './surroundings.js';

/** Runs the program with these arguments and returns the exit code. Never throws. */
export async function runCli(
  args: readonly string[],
  version: string,
  surroundings: Surroundings,
): Promise<number> {
  endQuietlyOnClosedPipe(surroundings);
  try {
    const program = defineProgram(version, surroundings);
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync(args, { from: 'user' });
    return ExitCode.done;
  } catch (error) {
    return report(error, surroundings);
  }
}

/**
 * `continuo list | head -1` closes the pipe early: that is no fault. Nor does what serves end because a disk is full that
 * its output goes to (SPEC 13.2).
 */
function endQuietlyOnClosedPipe({ stdout, stderr }: Surroundings): void {
  let stopping = false;
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      const isServing = process.listenerCount('SIGTERM') > 0;
      if (error.code !== 'EPIPE') {
        if (isServing) return;
        throw error;
      }
      // What serves has children to end; it takes this as the end of its terminal.
      if (!isServing) process.exit();
      else if (!stopping) process.emit('SIGTERM');
      stopping = true;
    });
  }
}

function defineProgram(version: string, surroundings: Surroundings): Program {
  const program = new Program('continuo', surroundings)
    .description('Durable orchestration for coding agents: tasks become verified, approved, landed changes.')
    .version(version, '-V, --version', 'print the version')
    .option('--workflow <file>', 'the workflow file (default: WORKFLOW.md here or above)')
    .option('--json', 'print JSON')
    .option('--by <who>', 'who speaks (default: $CONTINUO_BY, else your user name)')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .addHelpText(
      'after',
      examples(
        'continuo init                                   # write a WORKFLOW.md for this repository',
        'continuo up                                     # start engine, worker and scheduler',
        "continuo start 'Reject empty order numbers'     # start a task",
        'continuo list                                   # see what needs you',
        'continuo diff <task> && continuo approve <task>',
      ) + '\nExit codes: 0 done, 1 failed, 2 usage, 3 no such task, 4 refused, 5 engine unreachable\n',
    );
  defineHouse(program);
  defineStarting(program);
  defineReading(program);
  defineShowing(program);
  defineDeciding(program);
  defineControl(program);
  defineBudget(program);
  defineQueue(program);
  defineSchedules(program);
  defineTakingOver(program);
  defineGoingBack(program);
  return program;
}

/** Says what went wrong and returns the exit code for it. Commander has printed its own errors already. */
async function report(error: unknown, { env, stderr }: Surroundings): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.done : ExitCode.usage;
  const { explainError } = await import('./explain-error.js');
  const { exitCode, lines } = explainError(error, env);
  for (const line of lines) stderr.write(`${line}\n`);
  return exitCode;
}
