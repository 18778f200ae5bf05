import { z } from 'zod';
import { isInvalid } from './pull.js';
import type { Pull } from './pull.js';
import type { GitHubForge } from './open.js';

const answer = '{ pullRequest { isDraft } }';
export const readyMutation = `mutation ($id: ID!) { markPullRequestReadyForReview(input: { pullRequestId: $id }) ${answer} }`;
export const draftMutation = `mutation ($id: ID!) { convertPullRequestToDraft(input: { pullRequestId: $id }) ${answer} }`;

/** False where the repository's plan has no drafts. */
export async function setDraft({ client }: GitHubForge, pull: Pull, isDraft: boolean): Promise<boolean> {
  if ((pull.draft ?? false) === isDraft) return true;
  const query = isDraft ? draftMutation : readyMutation;
  try {
    await client.graphql({ kind: 'draft', query, variables: { id: pull.node_id } }, z.unknown());
    return true;
  } catch (error) {
    if (isDraft && isInvalid(error)) return false;
    throw error;
  }
}
