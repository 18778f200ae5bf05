import { z } from 'zod';
import type { LandStrategy } from '../../../domain/config-view.js';
import type { GitHubForge } from './open.js';
import { isInvalid } from './pull.js';

const kind = 'merge';

export const autoMergeMutation = `mutation ($id: ID!, $sha: GitObjectID!, $method: PullRequestMergeMethod!, $title: String, $body: String) {
  enablePullRequestAutoMerge(
    input: { pullRequestId: $id, expectedHeadOid: $sha, mergeMethod: $method, commitHeadline: $title, commitBody: $body }
  ) { clientMutationId }
}`;
export const stopMutation = `mutation ($id: ID!) {
  disablePullRequestAutoMerge(input: { pullRequestId: $id }) { clientMutationId }
}`;
export const enqueueMutation = `mutation ($id: ID!, $sha: GitObjectID!) {
  enqueuePullRequest(input: { pullRequestId: $id, expectedHeadOid: $sha }) { clientMutationId }
}`;

export interface Merging {
  /** The pull request's, in GraphQL. */
  id: string;
  sha: string;
  strategy: LandStrategy;
  /** Of the commit on the base; GitHub's own where the commits themselves land. */
  message: { title: string; body: string } | null;
}

/** GitHub merges it as soon as all that the base asks for is there. */
export async function mergeWhenReady(
  { client }: GitHubForge,
  { id, sha, strategy, message }: Merging,
): Promise<void> {
  const variables = { id, sha, method: strategy.toUpperCase(), ...message };
  await client.graphql({ kind, query: autoMergeMutation, variables }, z.unknown());
}

/** Puts it into the merge queue of its base. */
export async function enqueue({ client }: GitHubForge, { id, sha }: Merging): Promise<void> {
  await client.graphql({ kind, query: enqueueMutation, variables: { id, sha } }, z.unknown());
}

/** It is not to be merged by itself any more. `id`: as GraphQL has it. */
export async function stopAutoMerge({ client }: GitHubForge, id: string): Promise<void> {
  try {
    await client.graphql({ kind, query: stopMutation, variables: { id } }, z.unknown());
  } catch (error) {
    // It is stopped already.
    if (!isInvalid(error)) throw error;
  }
}
