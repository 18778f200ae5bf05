import type { MergeQueueEntry, PullRequest } from '@octokit/graphql-schema';
import type { GraphQLResolveInfo } from 'graphql';
import { closedBy } from '../acts/closing.js';
import { changedFiles } from '../acts/diff.js';
import { isMergeable, mergeStateOf } from '../acts/merges.js';
import { decisionOf, opinions } from '../acts/reviews.js';
import { nodeId } from '../identity.js';
import type { Issue, Pull, QueueEntry, Review, User } from '../world.js';
import type { PageArguments } from './connection.js';
import { connection } from './connection.js';
import { issueFields, issueShape, ordered } from './issues.js';
import { actorOf } from './people.js';
import { reviewShape, threadShape } from './reviews.js';
import { commitShape, rollupShape } from './rollup.js';
import type { Shape, View } from './view.js';

/** In GitHub's schema, and not yet in the types made of it. */
type Newer = Record<'statusCheckRollup', unknown>;

export function pullShape(view: View, pull: Pull): Shape<PullRequest & Newer> {
  const { issue, head, base, mergedBy, mergeCommit } = pull;
  const { repository } = issue;
  const files = async () => {
    const start = await repository.git.git(['merge-base', base.sha, head.sha]);
    return changedFiles(repository.git, start, head.sha);
  };
  const commits = () => repository.git.commitsBetween(base.sha, head.sha);
  const entry = repository.queue.find((each) => each.pull === pull);
  return {
    __typename: 'PullRequest',
    ...issueFields(view, issue),
    id: nodeId(pull),
    fullDatabaseId: String(pull.id),
    state: stateOf(pull),
    isDraft: pull.isDraft,
    isCrossRepository: false,
    headRefName: head.ref,
    headRefOid: head.sha,
    baseRefName: base.ref,
    baseRefOid: base.sha,
    merged: pull.mergedAt !== null,
    mergedAt: pull.mergedAt,
    mergedBy: () => actorOf(view, mergedBy),
    timelineItems: connection<Ended, PageArguments & { itemTypes?: string[] | null }>(
      ({ itemTypes }) => endsOf(pull).filter(({ type }) => itemTypes?.includes(type) ?? true),
      ({ by }) => ({ __typename: 'ClosedEvent', actor: actorOf(view, by) }),
    ),
    baseRef: async () => {
      const isThere = (await repository.git.branch(base.ref)) !== null;
      return isThere ? { __typename: 'Ref', name: base.ref, refUpdateRule: ruleOf(pull) } : null;
    },
    mergeCommit: mergeCommit === null ? null : { __typename: 'Commit', oid: mergeCommit },
    mergeable: async () => {
      const isFree = await isMergeable(pull);
      return isFree === null ? 'UNKNOWN' : isFree ? 'MERGEABLE' : 'CONFLICTING';
    },
    mergeStateStatus: async () => (await mergeStateOf(pull)).toUpperCase(),
    changedFiles: async () => (await files()).length,
    additions: async () => (await files()).reduce((sum, { additions }) => sum + additions, 0),
    deletions: async () => (await files()).reduce((sum, { deletions }) => sum + deletions, 0),
    commits: async (args: PageArguments, of: View, info: GraphQLResolveInfo) => {
      const list = (await commits()).map((sha, id) => ({ id, sha }));
      const page = connection(
        () => list,
        ({ sha }) => ({ __typename: 'PullRequestCommit', commit: commitShape(view, repository, sha) }),
      );
      return page(args, of, info);
    },
    statusCheckRollup: () => rollupShape(view, repository, head.sha),
    reviewDecision: () => decisionOf(pull),
    reviews: connection<Review, PageArguments & { states?: string[] | null }>(
      ({ states }) => pull.reviews.filter(({ state }) => states?.includes(state) ?? true),
      (review) => reviewShape(view, review),
    ),
    latestOpinionatedReviews: connection(
      () => opinions(pull),
      (review) => reviewShape(view, review),
    ),
    reviewThreads: connection(
      () => pull.threads,
      (thread) => threadShape(view, thread),
    ),
    reviewRequests: connection(
      () => pull.requestedReviewers,
      (user) => ({ __typename: 'ReviewRequest', requestedReviewer: actorOf(view, user) }),
    ),
    closingIssuesReferences: connection(
      () => closedBy(issue),
      (each) => issueShape(view, each),
    ),
    autoMergeRequest: pull.autoMerge && {
      __typename: 'AutoMergeRequest',
      enabledAt: pull.autoMerge.at,
      enabledBy: actorOf(view, pull.autoMerge.by),
      mergeMethod: pull.autoMerge.method.toUpperCase(),
    },
    isMergeQueueEnabled: repository.protections[base.ref]?.hasMergeQueue ?? false,
    isInMergeQueue: entry !== undefined,
    mergeQueueEntry: entry === undefined ? null : queueEntryShape(view, entry),
  };
}

interface Ended {
  id: number;
  type: 'CLOSED_EVENT';
  by: User | null;
}

/** Of all that has happened to it, how it has ended. */
function endsOf({ issue }: Pull): Ended[] {
  const { id, state, closedBy: by } = issue;
  return state === 'closed' ? [{ id, type: 'CLOSED_EVENT', by }] : [];
}

/** What people without administration rights see of a protection. */
function ruleOf({ issue, base }: Pull) {
  const rules = issue.repository.protections[base.ref];
  return rules === undefined
    ? null
    : {
        __typename: 'RefUpdateRule',
        pattern: base.ref,
        requiredApprovingReviewCount: rules.requiredApprovals,
        requiredStatusCheckContexts: rules.requiredContexts,
        requiresConversationResolution: rules.requiresConversationResolution,
      };
}

export function queueEntryShape(view: View, entry: QueueEntry): Shape<MergeQueueEntry> {
  const { pull } = entry;
  return {
    __typename: 'MergeQueueEntry',
    id: `MQE_${entry.id}`,
    enqueuedAt: entry.at,
    enqueuer: () => actorOf(view, entry.by),
    position: pull.issue.repository.queue.indexOf(entry) + 1,
    state: 'QUEUED',
    pullRequest: () => pullShape(view, pull),
  };
}

export function stateOf({ mergedAt, issue }: Pull): 'MERGED' | 'OPEN' | 'CLOSED' {
  if (mergedAt !== null) return 'MERGED';
  return issue.state === 'open' ? 'OPEN' : 'CLOSED';
}

export interface PullArguments extends PageArguments {
  states?: string[] | null;
  headRefName?: string | null;
  baseRefName?: string | null;
  orderBy?: { field: string; direction: string } | null;
}

export function chosenPulls(issues: readonly Issue[], args: PullArguments): Issue[] {
  const chosen = issues.filter(
    ({ pull }) =>
      pull !== null &&
      (args.states?.includes(stateOf(pull)) ?? true) &&
      (args.headRefName == null || pull.head.ref === args.headRefName) &&
      (args.baseRefName == null || pull.base.ref === args.baseRefName),
  );
  return ordered(chosen, args.orderBy);
}
