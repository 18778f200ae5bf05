import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import type { LandStrategy } from '../../../domain/config-view.js';
import { GitHubError } from '../../github/errors.js';
import { Pull as SeenPull } from './change-schema.js';
import type { GitHubForge } from './open.js';

export const landingQuery = `query ($owner: String!, $repo: String!, $number: Int!) {
  repository(owner: $owner, name: $repo) {
    mergeCommitAllowed squashMergeAllowed rebaseMergeAllowed autoMergeAllowed
    pullRequest(number: $number) {
      id state isDraft headRefOid baseRefName mergeable mergeStateStatus isMergeQueueEnabled isInMergeQueue
      mergeCommit { oid }
      autoMergeRequest { enabledAt }
    }
  }
}`;

const Pull = SeenPull.pick({
  id: true,
  state: true,
  isDraft: true,
  headRefOid: true,
  baseRefName: true,
  mergeable: true,
  mergeStateStatus: true,
  isInMergeQueue: true,
  mergeCommit: true,
  autoMergeRequest: true,
}).extend({ isMergeQueueEnabled: z.boolean() });

const Answer = z.object({
  repository: z
    .object({
      mergeCommitAllowed: z.boolean(),
      squashMergeAllowed: z.boolean(),
      rebaseMergeAllowed: z.boolean(),
      autoMergeAllowed: z.boolean(),
      pullRequest: Pull.nullish(),
    })
    .nullish(),
});

/** What decides over how a pull request is merged, and whether it may be. */
export interface LandingFacts extends z.infer<typeof Pull> {
  /** What the repository allows. */
  strategies: LandStrategy[];
  allowsAutoMerge: boolean;
}

const mostLooks = 10;
const pauseMs = 1_000;

/** GitHub works out whether the base takes it when it is asked for the first time, and that takes a moment. */
export async function readLandingFacts(
  forge: GitHubForge,
  number: number,
  signal: AbortSignal,
): Promise<LandingFacts> {
  for (let looks = 0; looks < mostLooks; looks += 1) {
    const facts = await ask(forge, number);
    if (facts.state !== 'OPEN' || facts.mergeable !== 'UNKNOWN') return facts;
    await setTimeout(pauseMs, undefined, { signal });
  }
  throw new GitHubError('server', `GitHub has not worked out yet whether the base takes #${number}`);
}

async function ask({ client, place }: GitHubForge, number: number): Promise<LandingFacts> {
  const variables = { ...place.names, number };
  const { repository } = await client.graphql({ kind: 'merge', query: landingQuery, variables }, Answer);
  const pull = repository?.pullRequest;
  if (repository == null || pull == null)
    throw new GitHubError('not_found', `GitHub has no pull request #${number} any more`);
  const strategies: LandStrategy[] = [
    ...(repository.squashMergeAllowed ? (['squash'] as const) : []),
    ...(repository.mergeCommitAllowed ? (['merge'] as const) : []),
    ...(repository.rebaseMergeAllowed ? (['rebase'] as const) : []),
  ];
  return { ...pull, strategies, allowsAutoMerge: repository.autoMergeAllowed };
}
