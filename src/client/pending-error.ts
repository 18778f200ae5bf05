import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { TaskError } from '../domain/task.js';

type PendingActivity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];
type Failure = NonNullable<PendingActivity['lastFailure']>;
type Timestamp = NonNullable<PendingActivity['lastAttemptCompleteTime']>;

/** The last failure of an activity that is being tried again, or null. The newest one counts. */
export function pendingError({ raw }: WorkflowExecutionDescription): TaskError | null {
  const errors = (raw.pendingActivities ?? []).flatMap((activity) => {
    if (!activity.lastFailure) return [];
    const at = toDate(activity.lastAttemptCompleteTime ?? activity.lastStartedTime).toISOString();
    const name = activity.activityType?.name ?? 'activity';
    const message = `${name}, attempt ${activity.attempt ?? 1}: ${activity.lastFailure.message ?? ''}`;
    return [{ category: categoryOf(activity.lastFailure), message, at }];
  });
  return errors.sort((left, right) => (left.at < right.at ? 1 : -1))[0] ?? null;
}

function categoryOf(failure: Failure): string {
  if (failure.timeoutFailureInfo) return 'timeout';
  return failure.applicationFailureInfo?.type ?? 'infrastructure';
}

function toDate(time: Timestamp | null | undefined): Date {
  if (!time) return new Date();
  return new Date((time.seconds?.toNumber() ?? 0) * 1000 + (time.nanos ?? 0) / 1_000_000);
}
