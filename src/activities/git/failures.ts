import { ApplicationFailure } from '@temporalio/common';
import { FailureType } from '../../domain/failure.js';
import { blockedWhere } from '../blocked.js';
import { RepositoryError } from './repository-error.js';
import { WorkspaceError } from './workspace-path.js';

/**
 * Runs the work of an activity. A repository that cannot be used is tried again by Temporal; a workspace
 * that is not there any more needs a person.
 */
export async function withTypedFailures<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RepositoryError) throw failure(error, FailureType.repository, false);
    if (error instanceof WorkspaceError) throw failure(error, FailureType.workspace, true);
    throw error;
  }
}

/** A repository that only a person can mend is an outcome; whatever else is wrong with it is tried again. */
export function orBlocked<T>(work: () => Promise<T>): Promise<T | { kind: 'blocked'; message: string }> {
  const wordsFor = (error: unknown) =>
    error instanceof RepositoryError && error.needsPerson ? error.message : null;
  return blockedWhere(wordsFor, work);
}

function failure(cause: Error, type: FailureType, nonRetryable: boolean): ApplicationFailure {
  return ApplicationFailure.create({ message: cause.message, type, nonRetryable, cause });
}
