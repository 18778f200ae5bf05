import { ApplicationFailure, CancelledFailure, TemporalFailure } from '@temporalio/common';
import { ConfigError } from '../config/errors.js';
import { FailureType } from '../domain/failure.js';

/**
 * The one place where an error of any kind becomes a typed failure. Infrastructure faults are
 * retried by Temporal; faults in the configuration or in the code are not, because a repetition
 * gives the same result.
 */
export function classify(error: unknown): Error {
  if (error instanceof TemporalFailure || error instanceof CancelledFailure) return error;
  if (error instanceof ConfigError) return ApplicationFailure.nonRetryable(error.message, FailureType.config);
  if (!(error instanceof Error))
    return ApplicationFailure.retryable(String(error), FailureType.infrastructure);
  if (error.name === 'AbortError') return error;
  if (isProgrammingError(error)) {
    return ApplicationFailure.create({
      message: error.message,
      type: FailureType.programming,
      nonRetryable: true,
      cause: error,
    });
  }
  return ApplicationFailure.create({
    message: error.message,
    type: FailureType.infrastructure,
    cause: error,
  });
}

function isProgrammingError(error: Error): boolean {
  return error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;
}
