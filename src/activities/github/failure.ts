import { ApplicationFailure } from '@temporalio/common';
import { FailureType } from '../../domain/failure.js';
import { blockedWhere } from '../blocked.js';
import { CredentialError } from './auth.js';
import type { GitHubErrorKind } from './errors.js';
import { GitHubError } from './errors.js';

/** A credential or a permission that a person gives is good for the next try. */
const renewalMs = 60_000;

/** What waiting alone does not mend, with what does. */
const remedies: Partial<Record<GitHubErrorKind, string>> = {
  unauthorized: 'give the worker a token that is valid (docs/forges/github.md), and start it again',
  forbidden: 'let the token or the App do that (docs/forges/github.md has the permissions)',
  not_found: 'see that the repository has this name, and that the token or the App may see it',
  validation: 'mend that',
  refused: 'mend that',
};

/** GitHub's own sentence and what to do, without a full stop. */
export function inWords(error: GitHubError): string {
  const remedy = remedies[error.kind];
  return remedy === undefined ? error.message : `${error.message}: ${remedy}`;
}

/** Whether a person has to act before GitHub does what was asked. A token that is over is waited for: all work needs it. */
export function needsPerson({ kind }: GitHubError): boolean {
  return kind !== 'unauthorized' && remedies[kind] !== undefined;
}

/** What only a person can mend is an outcome. */
export function orBlocked<T>(work: () => Promise<T>): Promise<T | { kind: 'blocked'; message: string }> {
  const wordsFor = (error: unknown) =>
    error instanceof GitHubError && needsPerson(error) ? inWords(error) : null;
  return blockedWhere(wordsFor, work);
}

/**
 * Runs work whose failures are tried again by Temporal's own timers, after the pause that GitHub asks for. Where only a
 * person can mend it, and `isTold`, the failure is final: whoever asked tells people, and asks again.
 */
export async function withGitHubFailures<T>(
  work: () => Promise<T>,
  { isTold = false }: { isTold?: boolean } = {},
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isCredential = error instanceof CredentialError;
    if (!isCredential && !(error instanceof GitHubError)) throw error;
    const isForPeople = isCredential || remedies[error.kind] !== undefined;
    const pause = isForPeople ? renewalMs : error.details.retryAfterMs;
    throw ApplicationFailure.create({
      message: isCredential ? error.message : inWords(error),
      type: FailureType.forgeRequest,
      nonRetryable: isTold && isForPeople,
      cause: error,
      ...(pause !== undefined && { nextRetryDelay: pause }),
    });
  }
}
