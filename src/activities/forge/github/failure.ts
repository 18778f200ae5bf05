import { ApplicationFailure } from '@temporalio/common';
import { FailureType } from '../../../domain/failure.js';
import { CredentialError } from '../../github/auth.js';
import type { GitHubErrorKind } from '../../github/errors.js';
import { GitHubError } from '../../github/errors.js';

/** What waiting does not mend, with what does. */
const remedies: Partial<Record<GitHubErrorKind, string>> = {
  forbidden: 'let the token or the App do that (docs/forges/github.md has the permissions)',
  not_found: 'see that the repository has this name, and that the token or the App may see it',
  validation: 'mend that',
  refused: 'mend that',
};

/** A token that a person renews is good for the next try: nothing fails because one has expired at night. */
const renewalMs = 60_000;

/** Whether a person has to act before GitHub does what was asked. */
export function needsPerson({ kind }: GitHubError): boolean {
  return remedies[kind] !== undefined;
}

/** GitHub's own sentence and what to do, without a full stop. */
export function inWords(error: GitHubError): string {
  const remedy = remedies[error.kind];
  return remedy === undefined ? error.message : `${error.message}: ${remedy}`;
}

/** What only a person can mend is an outcome; all else waits for GitHub, as long as GitHub asks for. */
export async function orBlocked<T>(
  work: () => Promise<T>,
): Promise<T | { kind: 'blocked'; message: string }> {
  try {
    return await waitingForGitHub(work);
  } catch (error) {
    if (!(error instanceof GitHubError) || !needsPerson(error)) throw error;
    return { kind: 'blocked', message: inWords(error) };
  }
}

/** Work whose failures are tried again by Temporal, after the pause that GitHub asks for. */
export async function waitingForGitHub<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CredentialError) throw failure(error, renewalMs);
    if (!(error instanceof GitHubError) || needsPerson(error)) throw error;
    const pause = error.kind === 'unauthorized' ? renewalMs : error.details.retryAfterMs;
    throw failure(error, pause);
  }
}

function failure(cause: Error, nextRetryDelay: number | undefined): ApplicationFailure {
  const { message } = cause;
  return ApplicationFailure.create({
    message,
    type: FailureType.forgeRequest,
    cause,
    ...(nextRetryDelay !== undefined && { nextRetryDelay }),
  });
}
