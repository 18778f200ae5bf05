import { isGrpcServiceError } from '@temporalio/client';

/** The gRPC status codes that commands tell apart. */
export const GrpcCode = {
  cancelled: 1,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  failedPrecondition: 9,
  unavailable: 14,
} as const;

/** The gRPC status behind an error of the Temporal client, or null when there is none. */
export function grpcCode(error: unknown): number | null {
  return grpcFailure(error)?.code ?? null;
}

/** What the server said, or null when it said nothing. */
export function grpcDetails(error: unknown): string | null {
  return grpcFailure(error)?.details ?? null;
}

function grpcFailure(error: unknown): { code: number; details: string } | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (isGrpcServiceError(cause)) return cause;
  }
  return null;
}

const unansweredCodes: readonly number[] = [
  GrpcCode.cancelled,
  GrpcCode.deadlineExceeded,
  GrpcCode.unavailable,
];

/** Whether a request failed because nobody answered it in time. */
export function isUnanswered(error: unknown): boolean {
  return unansweredCodes.includes(grpcCode(error) ?? -1);
}

/** A query that nobody took ends as cancelled, at its deadline, or at once when no worker was seen lately. */
const noWorkerCodes: readonly number[] = [
  GrpcCode.cancelled,
  GrpcCode.deadlineExceeded,
  GrpcCode.failedPrecondition,
];

/** Whether a query failed because no worker took it. */
export function hasNoWorker(error: unknown): boolean {
  return noWorkerCodes.includes(grpcCode(error) ?? -1);
}
