import { ApplicationFailure } from '@temporalio/common';
import { FailureType } from '../../domain/failure.js';

/** Error categories of SPEC 11.4. */
export type TrackerErrorCategory =
  | 'unsupported_tracker_kind'
  | 'invalid_tracker_config'
  | 'missing_tracker_secret'
  | 'tracker_request'
  | 'tracker_status'
  | 'tracker_response'
  | 'tracker_pagination'
  | 'tracker_rate_limited';

/** The tracker could not be read. The message is for people: what happened, where, and what to do. */
export class TrackerError extends Error {
  override readonly name = 'TrackerError';
  /** Whether the same request may succeed later by itself. */
  readonly retryable: boolean;
  /** How long the tracker wants to be left alone, at most a day; null where it does not say. */
  readonly retryAfterMs: number | null;
  /** Ids of the issues whose records are malformed, where that is why: without them the call would succeed. */
  readonly malformed: readonly string[];

  constructor(
    readonly category: TrackerErrorCategory,
    message: string,
    options: ErrorOptions & {
      retryable?: boolean;
      retryAfterMs?: number;
      malformed?: readonly string[];
    } = {},
  ) {
    super(message, options);
    this.malformed = options.malformed ?? [];
    this.retryable = options.retryable ?? mayPass(category, this.malformed);
    this.retryAfterMs = plausible(options.retryAfterMs);
  }
}

const longestRetryAfterMs = 24 * 60 * 60 * 1_000;

/** What a provider says of itself is not trusted to be a sensible number. */
function plausible(retryAfterMs: number | undefined): number | null {
  if (retryAfterMs === undefined || !(retryAfterMs >= 0)) return null;
  return Math.min(Math.ceil(retryAfterMs), longestRetryAfterMs);
}

/** A token that a person renews is good for the next request: nothing fails because one has expired at night. */
function mayPass(category: TrackerErrorCategory, malformed: readonly string[]): boolean {
  return category === 'missing_tracker_secret' || !needsPerson(category, malformed);
}

/** A malformed record is somebody's to mend, as a broken configuration is. */
function needsPerson(category: TrackerErrorCategory, malformed: readonly string[]): boolean {
  return malformed.length > 0 || failureTypes[category] === FailureType.config;
}

const failureTypes: Record<TrackerErrorCategory, FailureType> = {
  unsupported_tracker_kind: FailureType.config,
  invalid_tracker_config: FailureType.config,
  missing_tracker_secret: FailureType.config,
  tracker_request: FailureType.trackerRequest,
  tracker_status: FailureType.trackerRequest,
  tracker_response: FailureType.trackerResponse,
  tracker_pagination: FailureType.trackerResponse,
  tracker_rate_limited: FailureType.trackerRequest,
};

export function failureTypeOf({ category, malformed }: TrackerError): FailureType {
  return needsPerson(category, malformed) ? FailureType.config : failureTypes[category];
}

/** The failure that crosses Temporal. */
export function trackerFailure(error: TrackerError): ApplicationFailure {
  return ApplicationFailure.create({
    message: error.message,
    type: failureTypeOf(error),
    nonRetryable: !error.retryable,
    cause: error,
    ...(error.retryAfterMs === null ? {} : { nextRetryDelay: error.retryAfterMs }),
  });
}
