import { ApplicationFailure } from '@temporalio/common';
import { FailureType } from '../../domain/failure.js';
import { CredentialError } from './auth.js';
import type { GitHubErrorKind } from './errors.js';
import { GitHubError } from './errors.js';

/** A credential or a permission that a person gives is good for the next try. */
const renewalMs = 60_000;

const remedies: Partial<Record<GitHubErrorKind, string>> = {
  unauthorized: 'give the worker a token that is valid (docs/forges/github.md), and start it again',
  forbidden: 'let the token or the App do that (docs/forges/github.md has the permissions)',
  not_found: 'see that the repository has this name, and that the token or the App may see it',
};

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
    const remedy = isCredential ? undefined : remedies[error.kind];
    const needsPerson = isCredential || remedy !== undefined;
    const pause = needsPerson ? renewalMs : error.details.retryAfterMs;
    throw ApplicationFailure.create({
      message: [error.message, remedy].filter((part) => part !== undefined).join('; '),
      type: FailureType.forgeRequest,
      nonRetryable: isTold && needsPerson,
      cause: error,
      ...(pause !== undefined && { nextRetryDelay: pause }),
    });
  }
}
