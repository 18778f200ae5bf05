import { inspect } from 'node:util';
import { ConfigError } from '../config/errors.js';
import { CliError, ExitCode } from './error.js';
import { printable } from './output.js';

/** What a person is told of an error. The stack is shown with CONTINUO_DEBUG=1 only. */
export function explainError(
  error: unknown,
  env: NodeJS.ProcessEnv,
): { exitCode: ExitCode; lines: string[] } {
  const lines = [`continuo: ${printable(messageOf(error))}`];
  if (error instanceof CliError && error.next !== null) lines.push(`  ${printable(error.next)}`);
  if (env.CONTINUO_DEBUG === '1') lines.push(inspect(error));
  else if (isUnexpected(error)) lines.push('  CONTINUO_DEBUG=1 shows where it happened');
  return { exitCode: exitCodeOf(error), lines };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isUnexpected(error: unknown): boolean {
  return !(error instanceof CliError) && !(error instanceof ConfigError);
}

function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CliError) return error.exitCode;
  return error instanceof ConfigError ? ExitCode.usage : ExitCode.failed;
}
