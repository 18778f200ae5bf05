import type { Command } from 'commander';
import { examples, invocationOf } from './action.js';

interface NoteOptions {
  message?: string;
}

/** Defines the commands that steer, stop and restart tasks. */
export function defineControl(program: Command): void {
  program
    .command('steer')
    .argument('<task>', 'identifier of the task')
    .argument('<text>', 'what the agent is told')
    .summary('tell the agent something, in its turn or the next one')
    .description(
      'Tell the agent something. A turn that runs hears it where the agent can be spoken to; else the next turn is told.',
    )
    .addHelpText('after', examples("continuo steer fix-login-k3x9 'Look at the cache first'"))
    .action(async (task: string, text: string, _options: object, command: Command) => {
      const { sendNote } = await import('../commands/note.js');
      await sendNote(await invocationOf(command), task, 'steer', text);
    });

  definePausing(program, 'pause', {
    summary: 'let a task, or all, wait after what is running now, or at once',
    description:
      'Let a task finish what is running now and then wait; with --now it does not finish, and its agent goes on in ' +
      'the same session later. With --all every live task does, and nothing new starts.',
    more: (command) => command.option('--now', 'end the turn or the checks that are running'),
    example: 'continuo pause fix-login-k3x9 --now',
  });
  definePausing(program, 'resume', {
    summary: 'let a paused task, or all, go on',
    description: 'Let a paused task go on. With --all every paused task does, and new ones start again.',
  });

  defineNote(program, 'cancel', {
    summary: 'stop a task and keep what was done',
    description: 'Stop a task. Its work is kept; a landing step that has begun is finished first.',
  });
  defineNote(program, 'retry', {
    summary: 'try a failed or waiting task again now',
    description: 'Try a failed task again from where it failed, or end the wait for the next try.',
  });
}

interface Texts {
  summary: string;
  description: string;
}

interface PausingTexts extends Texts {
  example?: string;
  /** Adds options of its own. */
  more?: (command: Command) => Command;
}

interface PausingOptions extends NoteOptions {
  all?: boolean;
  now?: boolean;
}

function definePausing(
  program: Command,
  kind: 'pause' | 'resume',
  { summary, description, example, more = (command) => command }: PausingTexts,
): void {
  const shown = [`continuo ${kind} fix-login-k3x9`, ...(example === undefined ? [] : [example])];
  more(program.command(kind))
    .argument('[task]', 'identifier of the task')
    .summary(summary)
    .description(description)
    .option('--all', 'the whole project')
    .option('-m, --message <text>', 'a note for the record')
    .addHelpText('after', examples(...shown, `continuo ${kind} --all`))
    .action(async (task: string | undefined, options: PausingOptions, command: Command) => {
      const invocation = await invocationOf(command);
      const note = options.message ?? '';
      if ((task === undefined) !== (options.all ?? false)) {
        command.error(`error: name a task, or --all for the whole project`, { code: 'continuo.whichTask' });
      } else if (task === undefined) {
        const { sendProjectNote } = await import('../commands/note-project.js');
        await sendProjectNote(invocation, kind, note, options.now);
      } else {
        const { sendNote } = await import('../commands/note.js');
        await sendNote(invocation, task, kind, note, options.now);
      }
    });
}

function defineNote(program: Command, kind: 'cancel' | 'retry', { summary, description }: Texts): void {
  program
    .command(kind)
    .argument('<task>', 'identifier of the task')
    .summary(summary)
    .description(description)
    .option('-m, --message <text>', 'a note for the record')
    .addHelpText('after', examples(`continuo ${kind} fix-login-k3x9`))
    .action(async (task: string, options: NoteOptions, command: Command) => {
      const { sendNote } = await import('../commands/note.js');
      await sendNote(await invocationOf(command), task, kind, options.message ?? '');
    });
}
