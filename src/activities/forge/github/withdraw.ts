import { z } from 'zod';
import type { ChangeStanding } from '../../../workflows/change-port.js';
import { stopAutoMerge } from './auto-merge.js';
import { readLandingFacts } from './landing-facts.js';
import type { GitHubForge } from './open.js';
import { isInvalid } from './pull.js';

export const dequeueMutation = `mutation ($id: ID!) {
  dequeuePullRequest(input: { id: $id }) { clientMutationId }
}`;

/**
 * Takes a pull request out of the merge queue, and has GitHub not merge it by itself. It may be merged at that very moment,
 * so it is read once more. Key: the number.
 */
export async function withdrawChange(
  forge: GitHubForge,
  { number }: { number: number },
  signal: AbortSignal,
): Promise<ChangeStanding> {
  const before = await readLandingFacts(forge, number, signal);
  if (before.autoMergeRequest != null) await stopAutoMerge(forge, before.id);
  if (before.isInMergeQueue) await dequeue(forge, before.id);
  const { state, mergeCommit, headRefOid } = await readLandingFacts(forge, number, signal);
  return { mergedSha: state === 'MERGED' ? (mergeCommit?.oid ?? headRefOid) : null };
}

async function dequeue({ client }: GitHubForge, id: string): Promise<void> {
  try {
    await client.graphql({ kind: 'merge', query: dequeueMutation, variables: { id } }, z.unknown());
  } catch (error) {
    // It is out already, or merged.
    if (!isInvalid(error)) throw error;
  }
}
