import { CredentialError } from '../../github/auth.js';
import type { GitHubErrorKind } from '../../github/errors.js';
import { GitHubError } from '../../github/errors.js';
import { explain } from '../../github/explain.js';
import type { TrackerErrorCategory } from '../error.js';
import { TrackerError } from '../error.js';

interface Meaning {
  category: TrackerErrorCategory;
  retryable: boolean;
}

/** SPEC 11.4. What only a person can mend is not retried by itself. */
const meanings: Record<GitHubErrorKind, Meaning> = {
  unauthorized: { category: 'missing_tracker_secret', retryable: true },
  // An organization may have suspended the App, or a policy may have changed: it comes back as it went.
  forbidden: { category: 'tracker_status', retryable: true },
  not_found: { category: 'tracker_status', retryable: true },
  validation: { category: 'tracker_status', retryable: false },
  refused: { category: 'tracker_status', retryable: false },
  rate_limited: { category: 'tracker_rate_limited', retryable: true },
  server: { category: 'tracker_status', retryable: true },
  unreachable: { category: 'tracker_request', retryable: true },
  malformed: { category: 'tracker_response', retryable: true },
  endless: { category: 'tracker_pagination', retryable: true },
};

/** What GitHub says becomes the tracker's own error, by category. */
export async function asTracker<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CredentialError)
      throw new TrackerError('missing_tracker_secret', error.message, { cause: error });
    if (!(error instanceof GitHubError)) throw error;
    const { category, retryable } = meanings[error.kind];
    const { retryAfterMs } = error.details;
    const advice = explain(error)?.advice ?? null;
    throw new TrackerError(category, advice === null ? error.message : `${error.message}; ${advice}`, {
      cause: error,
      retryable,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
  }
}
