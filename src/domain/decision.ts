/** How a person's message arrived; recorded with every decision. */
export type Via = 'update' | 'signal';

/** Who said something, when, and by which way. `at` is RFC 3339. */
export interface Said {
  by: string;
  at: string;
  via: Via;
}

/** A person's word about one `(sha, round)`. */
export interface Decision extends Said {
  verdict: 'approve' | 'request_changes' | 'reject';
  sha: string;
  round: number;
  note: string;
}

/** What a task shows to a person and waits on. */
export interface Pending {
  sha: string;
  round: number;
}

/**
 * Whether a decision covers what is to be landed: it must approve exactly this `(sha, round)`.
 * Work that went back for any reason starts a new round, so an approval does not come back to
 * life when the head returns to a sha that was approved before.
 */
export function approves(decision: Decision | null, pending: Pending): boolean {
  return (
    decision !== null &&
    decision.verdict === 'approve' &&
    decision.sha === pending.sha &&
    decision.round === pending.round
  );
}

/** Why a decision cannot be taken now, or null when it can. */
export function refuseDecision(
  decision: { verdict: Decision['verdict']; sha: string; round: number; by: string },
  pending: Pending | null,
  who: readonly string[],
): string | null {
  if (pending === null) return 'the task is not waiting for a review decision';
  if (decision.round !== pending.round || decision.sha !== pending.sha) {
    return (
      `the decision is about ${decision.sha.slice(0, 12)} of round ${decision.round}, ` +
      `but the task now shows ${pending.sha.slice(0, 12)} of round ${pending.round}`
    );
  }
  if (who.length > 0 && !who.includes(decision.by)) {
    return `${decision.by} may not decide here; review.human.who allows ${who.join(', ')}`;
  }
  return null;
}
