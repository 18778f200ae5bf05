import { TrackerError } from './error.js';
import type { Desk, Tracker } from './tracker.js';

/** After a first failure; each further one doubles it. */
const firstPauseMs = 1_000;
/** A tracker that is back is found soon, and a poll at the usual interval is not skipped. */
const longestPauseMs = 20_000;
/** For a tracker that says that it was asked too often, and not for how long to wait. */
const rateLimitMs = 60_000;

interface Pause {
  /** Why, as it is told to everybody who asks meanwhile. */
  error: TrackerError;
  /** In ms since the epoch. A clock that was set back to before its beginning ends it. */
  from: number;
  until: number;
  failures: number;
}

/** A tracker of a configuration, which is given by its hash, with the pauses that it needs. */
export type Pacing = (hash: string, tracker: Tracker) => Tracker;

/**
 * Keeps requests from a tracker that fails, or that asked to be left alone for a while, whoever of this
 * host asks. Meanwhile every call fails as the last one did. A changed configuration is tried at once.
 */
export function createPacing(now: () => number = Date.now): Pacing {
  const pauses = new Map<string, Pause>();

  return (hash, tracker) => {
    async function ask<T>(request: () => Promise<T>): Promise<T> {
      const before = pauses.get(hash);
      if (before !== undefined && isIn(before, now())) throw waitingFor(before, now());
      try {
        const answer = await request();
        pauses.delete(hash);
        return answer;
      } catch (error) {
        if (!(error instanceof TrackerError) || !error.retryable) throw error;
        const pause = pauseAfter(error, (before?.failures ?? 0) + 1, now());
        // Of several calls that fail together one counts.
        if (pauses.get(hash) === before) pauses.set(hash, pause);
        throw pause.error;
      }
    }

    const { desk } = tracker;
    return {
      ...tracker,
      ...(desk && { desk: pacedDesk(desk, ask) }),
      fetchIssuesByStates: (states) =>
        states.length === 0
          ? tracker.fetchIssuesByStates(states)
          : ask(() => tracker.fetchIssuesByStates(states)),
      fetchIssuesByIds: (ids) =>
        ids.length === 0 ? tracker.fetchIssuesByIds(ids) : ask(() => tracker.fetchIssuesByIds(ids)),
      findIssue: (identifier) => ask(() => tracker.findIssue(identifier)),
    };
  };
}

type Ask = <T>(request: () => Promise<T>) => Promise<T>;

function pacedDesk(desk: Desk, ask: Ask): Desk {
  return {
    readNow: (id) => ask(() => desk.readNow(id)),
    claim: (issue, holder) => ask(() => desk.claim(issue, holder)),
    release: (id, holder) => ask(() => desk.release(id, holder)),
    tell: (id, text, key) => ask(() => desk.tell(id, text, key)),
    move: (id, state) => ask(() => desk.move(id, state)),
  };
}

function isIn({ from, until }: Pause, at: number): boolean {
  return at >= from && at < until;
}

function pauseAfter(error: TrackerError, failures: number, at: number): Pause {
  const asked = error.retryAfterMs ?? (error.category === 'tracker_rate_limited' ? rateLimitMs : null);
  if (asked === null)
    return {
      error,
      failures,
      from: at,
      until: at + Math.min(firstPauseMs * 2 ** (failures - 1), longestPauseMs),
    };
  const until = at + asked;
  const message = `${error.message}; it is asked again at ${new Date(until).toISOString()}`;
  return { error: paused(error, message, asked), failures, from: at, until };
}

/** The same words as before, so that nobody takes it for news. */
function waitingFor({ error, until }: Pause, at: number): TrackerError {
  return error.retryAfterMs === null ? error : paused(error, error.message, until - at);
}

function paused(cause: TrackerError, message: string, retryAfterMs: number): TrackerError {
  return new TrackerError(cause.category, message, { cause, retryable: true, retryAfterMs });
}
