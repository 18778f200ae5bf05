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

/** The record has room for this many decisions, and for the beginning of what was said with each. */
const mostDecisions = 50;
const noteLimit = 2_000;

/**
 * Whether a decision covers what is to be landed: it must approve exactly this `(sha, round)`.
 * Work that went back for any reason starts a new round, so an approval does not come back to
 * life when the head returns to a sha that was approved before.
 */
export function approves(decision: Decision | null, pending: Pending): boolean {
  return decision?.verdict === 'approve' && isAbout(decision, pending);
}

/** The word of a person who does not want exactly this to land, or null. */
export function objection(decision: Decision | null, pending: Pending): Decision | null {
  return decision !== null && decision.verdict !== 'approve' && isAbout(decision, pending) ? decision : null;
}

/** Adds to the record of a task's decisions, which keeps the newest. */
export function recordDecision(decisions: Decision[], decision: Decision): void {
  decisions.push({ ...decision, note: decision.note.slice(0, noteLimit) });
  decisions.splice(0, decisions.length - mostDecisions);
}

/**
 * Why a decision cannot be taken now, or null when it can. `made` is the last decision that was taken:
 * what is decided stays decided, but an approval may be taken back for as long as the task shows the
 * change.
 */
export function refuseDecision(
  said: Pick<Decision, 'verdict' | 'sha' | 'round' | 'by'>,
  pending: Pending | null,
  made: Decision | null,
  who: readonly string[],
): string | null {
  if (pending === null) return 'the task is not waiting for a review decision';
  if (!isAbout(said, pending)) {
    return (
      `the decision is about ${said.sha.slice(0, 12)} of round ${said.round}, ` +
      `but the task now shows ${pending.sha.slice(0, 12)} of round ${pending.round}`
    );
  }
  if (who.length > 0 && !who.includes(said.by)) {
    return `${said.by} may not decide here; review.human.who allows ${who.join(', ')}`;
  }
  if (made === null || !isAbout(made, pending)) return null;
  const isTakenBack = made.verdict === 'approve' && said.verdict !== 'approve';
  return isTakenBack ? null : `${made.by} has ${words[made.verdict]} already, at ${made.at}`;
}

const words: Record<Decision['verdict'], string> = {
  approve: 'approved it',
  request_changes: 'requested changes',
  reject: 'rejected it',
};

function isAbout(decision: Pending, pending: Pending): boolean {
  return decision.sha === pending.sha && decision.round === pending.round;
}
