import type { ConfigView } from '../../domain/config-view.js';
import type { Issue } from '../../domain/issue.js';
import { isActive, isEligible, isTerminal } from '../../domain/policy.js';
import { FailureType } from '../../domain/failure.js';
import type { ClaimOutcome } from '../../workflows/ports.js';
import { failureTypeOf, TrackerError } from './error.js';
import type { Holder } from './holder.js';
import type { Tracker } from './tracker.js';

/** Another orchestrator works for hours, and whoever asks costs requests. */
const othersClaimMs = 5 * 60_000;

interface Claim {
  tracker: Tracker;
  rules: ConfigView['tracker'];
  issueId: string;
  evenIfIneligible: boolean;
  /** Asked where the tracker keeps claims. */
  holder: () => Promise<Holder>;
}

/** Reads the issue again, and takes it where the tracker has a place for that. */
export async function claimIssue({
  tracker,
  rules,
  issueId,
  evenIfIneligible,
  holder,
}: Claim): Promise<ClaimOutcome> {
  try {
    const { desk } = tracker;
    const issue = desk ? await desk.readNow(issueId) : (await tracker.fetchIssuesByIds([issueId]))[0];
    const outcome = judgeClaim(rules, issue ?? undefined, evenIfIneligible);
    if (outcome.kind !== 'claimed' || desk === undefined) return outcome;
    const verdict = await desk.claim(outcome.issue, await holder());
    return verdict.kind === 'ours' ? outcome : takenBefore(verdict.message);
  } catch (error) {
    if (error instanceof TrackerError && error.retryable) return unreadable(error);
    throw error;
  }
}

/** The task waits, and looks again: the other one may give the issue back. */
function takenBefore(message: string): ClaimOutcome {
  return { kind: 'unreadable', category: FailureType.trackerRequest, message, retryAfterMs: othersClaimMs };
}

/** Whether work on the issue may begin now, as it was just read (SPEC 11.1). */
export function judgeClaim(
  rules: ConfigView['tracker'],
  issue: Issue | undefined,
  evenIfIneligible: boolean,
): ClaimOutcome {
  if (issue === undefined) return { kind: 'ineligible', reason: 'the tracker no longer has this issue' };
  if (evenIfIneligible || isEligible(rules, issue)) return { kind: 'claimed', issue };
  const reason = reasonOf(rules, issue);
  return { kind: 'ineligible', reason, ...(isTerminal(rules, issue.state) && { isTerminal: true }) };
}

/** A tracker that cannot be read now: the task looks again later, and keeps its claim (SPEC 16.6). */
function unreadable(error: TrackerError): ClaimOutcome {
  const { message, retryAfterMs } = error;
  return { kind: 'unreadable', category: failureTypeOf(error), message, retryAfterMs };
}

function reasonOf(rules: ConfigView['tracker'], issue: Issue): string {
  if (isTerminal(rules, issue.state)) return `its state is ${issue.state} by now`;
  if (!isActive(rules, issue.state)) {
    return `its state is ${issue.state}, and work begins only in ${rules.activeStates.join(', ')}`;
  }
  if (issue.dispatchable) return `it lacks a required label (${rules.requiredLabels.join(', ')})`;
  const blockers = issue.blocked_by.map((blocker) => blocker.identifier ?? blocker.id ?? 'an unknown issue');
  return blockers.length === 0
    ? 'the tracker does not give it out now'
    : `it is blocked (by ${blockers.join(', ')})`;
}
