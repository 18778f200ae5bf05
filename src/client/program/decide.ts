import type { Command } from 'commander';
import type { DecideOptions } from '../commands/decide.js';
import type { DecideMessage } from '../../workflows/messages.js';
import { examples, invocationOf } from './action.js';

/** Defines the commands by which a person decides and speaks. */
export function defineDeciding(program: Command): void {
  const shaOption = ['--sha <sha>', 'only if the task still shows this commit'] as const;

  program
    .command('approve')
    .argument('<task>', 'identifier of the task')
    .summary('let the change of a task land')
    .description(
      'Approve the commit that the task shows now. Any later change by the agent needs a new approval.',
    )
    .option(...shaOption)
    .option('-m, --message <text>', 'a note for the record')
    .addHelpText(
      'after',
      examples('continuo approve fix-login-k3x9', 'continuo approve fix-login-k3x9 --sha 4f2a91c'),
    )
    .action(decideAction('approve'));

  program
    .command('request-changes')
    .argument('<task>', 'identifier of the task')
    .summary('send the change back to the agent')
    .description('Send the change back to the agent, with what is to be different.')
    .option('-m, --message <text>', 'what to change (required)')
    .option(...shaOption)
    .addHelpText('after', examples("continuo request-changes fix-login-k3x9 -m 'Keep the old error code'"))
    .action(decideAction('request_changes'));

  program
    .command('reject')
    .argument('<task>', 'identifier of the task')
    .summary('refuse the change; the task ends')
    .description('Refuse the change. The task ends as rejected, and its work is kept.')
    .option('-m, --message <text>', 'why (required)')
    .option(...shaOption)
    .addHelpText('after', examples("continuo reject fix-login-k3x9 -m 'Not wanted any more'"))
    .action(decideAction('reject'));

  program
    .command('answer')
    .argument('<task>', 'identifier of the task')
    .argument('<text>', 'the answer, or the number of an option')
    .summary("answer the agent's open question")
    .description(
      "Answer the agent's open question; the task goes on with it. The number of an option stands for it.",
    )
    .addHelpText(
      'after',
      examples('continuo answer fix-login-k3x9 2', "continuo answer fix-login-k3x9 'Use the old one'"),
    )
    .action(async (task: string, text: string, _options: object, command: Command) => {
      const { answerQuestion } = await import('../commands/answer.js');
      await answerQuestion(await invocationOf(command), task, text);
    });
}

function decideAction(verdict: DecideMessage['verdict']) {
  return async (task: string, options: DecideOptions, command: Command) => {
    const { decide } = await import('../commands/decide.js');
    await decide(await invocationOf(command), task, verdict, options);
  };
}
