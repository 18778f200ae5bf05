import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { GlobalOptions, Invocation } from '../invocation.js';

/** What the command was given that every command may be given. */
export async function invocationOf(command: Command): Promise<Invocation> {
  const { openInvocation } = await import('../invocation.js');
  return openInvocation(command.optsWithGlobals<GlobalOptions>());
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
