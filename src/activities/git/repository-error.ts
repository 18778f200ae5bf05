export type RepositoryProblem = 'no_repository' | 'no_commits' | 'no_base' | 'unreachable';

/** The user's repository cannot be used. The message says what is wrong, where, and what to do. */
export class RepositoryError extends Error {
  override readonly name = 'RepositoryError';

  constructor(
    readonly problem: RepositoryProblem,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** Whether only a person can mend it. */
  get needsPerson(): boolean {
    return this.problem !== 'unreachable';
  }
}

/** For what another try may bring. */
export function unreachable(url: string, cause: Error): RepositoryError {
  return new RepositoryError('unreachable', `the repository ${url} cannot be used: ${cause.message}`, {
    cause,
  });
}
