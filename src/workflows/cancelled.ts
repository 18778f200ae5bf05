import { RetryState } from '@temporalio/common';
import { ActivityFailure, isCancellation } from '@temporalio/workflow';

/**
 * Whether work ended because this workflow cancelled it; also where the worker died over it: such an activity is
 * not tried again, and comes back as a failure.
 */
export function wasCancelled(error: unknown): boolean {
  if (isCancellation(error)) return true;
  return error instanceof ActivityFailure && error.retryState === RetryState.CANCEL_REQUESTED;
}
