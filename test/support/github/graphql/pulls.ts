import type { PullRequest } from '@octokit/graphql-schema';
import { nodeId } from '../identity.js';
import type { Issue, Pull } from '../world.js';
import type { PageArguments } from './connection.js';
import { issueFields, ordered } from './issues.js';
import type { Shape, View } from './view.js';

export function pullShape(view: View, pull: Pull): Shape<PullRequest> {
  return {
    __typename: 'PullRequest',
    ...issueFields(view, pull.issue),
    id: nodeId(pull),
    fullDatabaseId: String(pull.id),
    state: stateOf(pull),
    isDraft: pull.isDraft,
    headRefName: pull.head.ref,
    headRefOid: pull.head.sha,
    baseRefName: pull.base.ref,
    baseRefOid: pull.base.sha,
    merged: pull.mergedAt !== null,
    mergedAt: pull.mergedAt,
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
