/** What the exit code tells a script. */
export const ExitCode = {
  done: 0,
  failed: 1,
  usage: 2,
  noSuchTask: 3,
  refused: 4,
  unreachable: 5,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** Something the person at the terminal has to know: what happened, where, and with `next` what to do about it. */
export class CliError extends Error {
  override readonly name = 'CliError';

  constructor(
    readonly exitCode: ExitCode,
    message: string,
    readonly next: string | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
