import { Command, InvalidArgumentError } from 'commander';
import type { GlobalOptions, Invocation } from '../invocation.js';
import type { Surroundings } from '../surroundings.js';

/** The program that all commands belong to, and what is around it. */
export class Program extends Command {
  constructor(
    name: string,
    readonly surroundings: Surroundings,
  ) {
    super(name);
    const { stdout, stderr } = surroundings;
    this.configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
    });
  }
}

/** What the command was given that every command may be given. */
export async function invocationOf(command: Command): Promise<Invocation> {
  const { openInvocation } = await import('../invocation.js');
  if (!(command.parent instanceof Program))
    throw new TypeError(`${command.name()} is no command of a program`);
  return openInvocation(command.parent.surroundings, command.optsWithGlobals<GlobalOptions>());
}

/** The examples at the end of a command's help. */
export function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}\n`;
}

export function parseRound(text: string): number {
  const round = Number(text);
  if (Number.isInteger(round) && round > 0) return round;
  throw new InvalidArgumentError('It has to be a whole number from 1.');
}

export function parsePriority(text: string): number {
  const priority = Number(text);
  if (Number.isInteger(priority)) return priority;
  throw new InvalidArgumentError('It has to be a whole number; 1 is the most urgent.');
}
