import type { Command } from 'commander';
import { Option } from 'commander';
import type { DownOptions } from '../commands/down.js';
import type { InitOptions } from '../commands/init.js';
import type { ServeOptions } from '../serve-options.js';
import { examples, invocationOf } from './action.js';
import { addServeOptions } from './serving.js';

interface UpOptions extends ServeOptions {
  detach?: boolean;
}

/** Defines the commands that set up, start, stop and examine. */
export function defineHouse(program: Command): void {
  program
    .command('init')
    .summary('write a WORKFLOW.md for the repository at hand')
    .description(
      'Propose a WORKFLOW.md with every gate for the repository at hand, and write it when you agree. ' +
        'A file that is there is never overwritten.',
    )
    .option(
      '--agent-command <command>',
      'the command of your coding agent (default: claude or codex from PATH, as that kind)',
    )
    .option('--check <command>', 'the command of your tests (default: recognized from the repository)')
    .option('--base <branch>', 'the branch that changes land on (default: the one that is checked out)')
    .addOption(
      new Option('--tracker <kind>', 'where issues come from; github reads the remote origin')
        .choices(['file', 'github'])
        .default('file'),
    )
    .option('--labels', 'with --tracker github: make the labels that the file names, with GITHUB_TOKEN')
    .option('--actions', 'with --tracker github: have GitHub Actions run the checks on pull requests')
    .option('-y, --yes', 'write without asking')
    .option('--print', 'show it and write nothing')
    .addHelpText(
      'after',
      examples(
        'continuo init',
        "continuo init --yes --agent-command 'claude -p' --check 'npm ci && npm test'",
        'continuo init --tracker github --labels --actions',
      ),
    )
    .action(async (options: InitOptions, command: Command) => {
      const { initProject } = await import('../commands/init.js');
      await initProject(await invocationOf(command), options);
    });

  program
    .command('validate')
    .argument('[file]', 'the workflow file, as --workflow')
    .summary('check a workflow file and start nothing')
    .description(
      'Check a workflow file: every value, the rules between them, the prompt, and keys that have no effect. It ' +
        'starts nothing and needs no engine. Exit code 2 when the file cannot be used.',
    )
    .addHelpText('after', examples('continuo validate', 'continuo validate ../shop/WORKFLOW.md --json'))
    .action(async (file: string | undefined, _options: object, command: Command) => {
      const { validateFile } = await import('../commands/validate.js');
      await validateFile(await invocationOf(command), file ?? null);
    });

  program
    .command('schema')
    .summary('print the JSON Schema of WORKFLOW.md')
    .description('Print the JSON Schema of the front matter of WORKFLOW.md, for editors.')
    .addHelpText('after', examples('continuo schema > .continuo/workflow.schema.json'))
    .action(async (_options: object, command: Command) => {
      const { printSchema } = await import('../commands/schema.js');
      printSchema(await invocationOf(command));
    });

  addServeOptions(program.command('up'))
    .argument('[workflows...]', 'the workflow file, as --workflow; one for each project')
    .summary('start engine, worker and scheduler here, until Ctrl-C')
    .description(
      'Start everything a project needs in this process, until Ctrl-C or `continuo down`: the engine (the server ' +
        'that TEMPORAL_ADDRESS names, else an embedded one), the worker and the scheduler. Several projects need a ' +
        'server that TEMPORAL_ADDRESS names.',
    )
    .option('-d, --detach', 'in the background; returns when it works')
    .addHelpText(
      'after',
      examples(
        'continuo up',
        'continuo up --detach',
        'continuo up ../shop/WORKFLOW.md',
        'TEMPORAL_ADDRESS=temporal:7233 continuo up shop/WORKFLOW.md site/WORKFLOW.md',
        'continuo up --log-format json --log-file continuo.log --metrics-port 9464',
      ),
    )
    .action(async (workflows: string[], options: UpOptions, command: Command) => {
      if (options.detach === true) {
        const { upDetached } = await import('../commands/up-detached.js');
        await upDetached(await invocationOf(command), workflows, options);
        return;
      }
      const { serve } = await import('../commands/serve.js');
      await serve(await invocationOf(command), 'up', workflows, options);
    });

  addServeOptions(program.command('worker'))
    .argument('[workflows...]', 'the workflow file, as --workflow; one for each project')
    .summary('start a worker only, for an engine that runs elsewhere')
    .description(
      'Start a worker for the server that TEMPORAL_ADDRESS names. It waits for a server that is not up yet.',
    )
    .addHelpText('after', examples('TEMPORAL_ADDRESS=temporal:7233 continuo worker'))
    .action(async (workflows: string[], options: ServeOptions, command: Command) => {
      const { serve } = await import('../commands/serve.js');
      await serve(await invocationOf(command), 'worker', workflows, options);
    });

  program
    .command('hosts')
    .summary('list the hosts that work for the project')
    .description(
      'List the hosts that work for the project, what state they are in, and how many slots they hold.',
    )
    .addHelpText('after', examples('continuo hosts', 'continuo hosts --json'))
    .action(async (_options: object, command: Command) => {
      const { listHosts } = await import('../commands/hosts.js');
      await listHosts(await invocationOf(command));
    });

  program
    .command('drain')
    .argument('<host>', 'as `continuo hosts` shows it')
    .summary('give a host no more work, and move its tasks away')
    .description('Give a host no more work. Its tasks move to other hosts after their present turn.')
    .option('--undo', 'use it again')
    .addHelpText('after', examples('continuo drain big-1', 'continuo drain big-1 --undo'))
    .action(async (host: string, { undo = false }: { undo?: boolean }, command: Command) => {
      const { drainHost } = await import('../commands/hosts.js');
      await drainHost(await invocationOf(command), host, undo);
    });

  program
    .command('down')
    .summary('stop what `continuo up` started on this host')
    .description(
      'Stop the `continuo up` of this project on this host, and wait until it has ended. Agents and checks that run ' +
        'go on until their lease is over, and the next `continuo up` attaches to them; --agents ends them too.',
    )
    .option('--agents', 'end agents, checks and hooks as well')
    .addHelpText('after', examples('continuo down', 'continuo down --agents'))
    .action(async (options: DownOptions, command: Command) => {
      const { stopProject } = await import('../commands/down.js');
      await stopProject(await invocationOf(command), options);
    });

  program
    .command('refresh')
    .summary('look at the tracker now')
    .description(
      'Have the project look at its tracker and its workflow file now, and not only after its interval.',
    )
    .addHelpText('after', examples('continuo refresh'))
    .action(async (_options: object, command: Command) => {
      const { refreshProject } = await import('../commands/refresh.js');
      await refreshProject(await invocationOf(command));
    });

  program
    .command('webhook')
    .summary('say how GitHub is told to tell of changes')
    .description('Print what to enter on GitHub, so that it tells this project of changes at once.')
    .addHelpText('after', examples('continuo webhook', 'continuo webhook --json'))
    .action(async (_options: object, command: Command) => {
      const { printWebhook } = await import('../commands/webhook.js');
      await printWebhook(await invocationOf(command));
    });

  program
    .command('doctor')
    .summary('examine engine, git, agent and configuration')
    .description('Examine engine, git, agent and configuration, and say of each fault how to mend it.')
    .addHelpText('after', examples('continuo doctor', 'continuo doctor --json'))
    .action(async (_options: object, command: Command) => {
      const { doctor } = await import('../commands/doctor.js');
      await doctor(await invocationOf(command));
    });
}
