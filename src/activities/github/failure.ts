import { ApplicationFailure } from '@temporalio/common';
import { FailureType } from '../../domain/failure.js';
import { CredentialError } from './auth.js';
import type { GitHubErrorKind } from './errors.js';
import { GitHubError } from './errors.js';

/** What comes back by itself is tried again; the rest is a person's to mend. */
const isRetryable: Record<GitHubErrorKind, boolean> = {
  unauthorized: false,
  // An organization may have suspended the App, or a policy may have changed: it comes back as it went.
  forbidden: true,
  not_found: true,
  validation: false,
  refused: false,
  rate_limited: true,
  server: true,
  unreachable: true,
  malformed: true,
  endless: true,
};

const remedies: Partial<Record<GitHubErrorKind, string>> = {
  unauthorized: '; give the worker a token that is valid (docs/forges/github.md), and start it again',
  forbidden: '; the token or the App lacks a permission (docs/forges/github.md has those that are needed)',
  not_found: '; see that the repository has this name, and that the token or the App may see it',
};

/** Runs the work of an activity of the forge. What GitHub says leaves it as a failure that Temporal waits for, by its own timers. */
export async function withGitHubFailures<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CredentialError)
      throw ApplicationFailure.create({
        message: error.message,
        type: FailureType.config,
        nonRetryable: true,
        cause: error,
      });
    throw error instanceof GitHubError ? gitHubFailure(error) : error;
  }
}

function gitHubFailure(error: GitHubError): ApplicationFailure {
  const { kind, message, details } = error;
  return ApplicationFailure.create({
    message: `${message}${remedies[kind] ?? ''}`,
    type: kind === 'unauthorized' ? FailureType.config : FailureType.forgeRequest,
    nonRetryable: !isRetryable[kind],
    cause: error,
    ...(details.retryAfterMs !== undefined && { nextRetryDelay: details.retryAfterMs }),
  });
}
