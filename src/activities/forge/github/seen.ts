import type { ChangeSeen, ChangeThread } from '../../../domain/change.js';
import type { Pull } from './change-schema.js';
import type { SeenCheck } from './checks-seen.js';
import { checksSeen, deciding } from './checks-seen.js';

/** The picture of a change that its task gets. */
export function toSeen(pull: Pull, threads: ChangeThread[], viewer: string): ChangeSeen {
  const checks = checksSeen(pull, viewer);
  return {
    number: pull.number,
    state: states[pull.state],
    by: endedBy(pull),
    mergedSha: pull.state === 'MERGED' ? (pull.mergeCommit?.oid ?? null) : null,
    headSha: pull.headRefOid,
    base: pull.baseRefName,
    isDraft: pull.isDraft,
    fit: fitOf(pull),
    missing: pull.state === 'OPEN' ? missingIn(pull, checks) : [],
    isQueued: pull.isInMergeQueue || pull.autoMergeRequest != null,
    checks: deciding(checks).map(({ name, state, url }) => ({ name, state, url })),
    threads,
  };
}

const states = { OPEN: 'open', CLOSED: 'closed', MERGED: 'merged' } as const;

function endedBy({ state, mergedBy, timelineItems }: Pull): string | null {
  if (state === 'OPEN') return null;
  return (state === 'MERGED' ? mergedBy?.login : timelineItems.at(-1)?.actor?.login) ?? null;
}

function fitOf({ mergeable, mergeStateStatus }: Pull): ChangeSeen['fit'] {
  if (mergeable === 'CONFLICTING') return 'conflict';
  switch (mergeStateStatus) {
    case 'CLEAN':
    case 'HAS_HOOKS':
    case 'UNSTABLE':
      return 'clean';
    case 'BEHIND':
      return 'behind';
    case 'DIRTY':
      return 'conflict';
    case 'BLOCKED':
    case 'DRAFT':
      return 'blocked';
    default:
      return 'unknown';
  }
}

function missingIn(pull: Pull, checks: readonly SeenCheck[]): string[] {
  const { isDraft, reviewDecision, baseRef, mergeStateStatus, baseRefName } = pull;
  const rule = baseRef?.refUpdateRule;
  const missing: string[] = [];
  if (isDraft) missing.push('that it is marked as ready for review');
  if (reviewDecision === 'CHANGES_REQUESTED') missing.push('an approval by those who have requested changes');
  if (reviewDecision === 'REVIEW_REQUIRED') missing.push(approvals(rule?.requiredApprovingReviewCount ?? 1));
  for (const { name, state, isRequired } of checks)
    if (isRequired && state !== 'passed') missing.push(`the check ${name}`);
  const unresolved = pull.reviewThreads.filter(({ isResolved }) => !isResolved).length;
  if (rule?.requiresConversationResolution === true && unresolved > 0)
    missing.push(unresolved === 1 ? 'that a thread is resolved' : `that ${unresolved} threads are resolved`);
  if (missing.length === 0 && mergeStateStatus === 'BLOCKED')
    missing.push(`what else the rules of ${baseRefName} ask for`);
  return missing;
}

function approvals(count: number): string {
  return count > 1 ? `${count} approving reviews` : 'an approving review';
}
