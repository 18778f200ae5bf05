import type { ConfigView } from '../../domain/config-view.js';
import type { Issue } from '../../domain/issue.js';
import { isActive, isEligible, isTerminal } from '../../domain/policy.js';
import type { ClaimOutcome } from '../../workflows/ports.js';
import type { TrackerError } from './error.js';
import { failureTypeOf } from './error.js';

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
export function unreadable(error: TrackerError): ClaimOutcome {
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
