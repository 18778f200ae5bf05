import { z } from 'zod';
import { GitHubError } from '../../github/errors.js';
import type { GitHubForge } from './open.js';
import { isOurs } from './speaker.js';

const kind = 'threads';

const word = 'nodes { fullDatabaseId body viewerDidAuthor }';
export const threadsQuery = `query ($owner: String!, $repo: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $repo) {
    pullRequest(number: $number) {
      reviewThreads(first: 50, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes { id isResolved opening: comments(first: 1) { ${word} } latest: comments(last: 30) { ${word} } }
      }
    }
  }
}`;
export const replyMutation = `mutation ($id: ID!, $body: String!) {
  addPullRequestReviewThreadReply(input: { pullRequestReviewThreadId: $id, body: $body }) { clientMutationId }
}`;
export const resolveMutation = `mutation ($id: ID!) {
  resolveReviewThread(input: { threadId: $id }) { clientMutationId }
}`;

const Words = z.object({
  nodes: z.array(
    z.object({
      fullDatabaseId: z.union([z.string(), z.number()]).transform(String).nullish(),
      body: z.string(),
      viewerDidAuthor: z.boolean(),
    }),
  ),
});
const Thread = z.object({ id: z.string(), isResolved: z.boolean(), opening: Words, latest: Words });

const Threads = z.object({
  pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullish() }),
  nodes: z.array(Thread),
});

const Answer = z.object({
  repository: z.object({ pullRequest: z.object({ reviewThreads: Threads }).nullish() }).nullish(),
});

/** A thread on lines of a pull request, whoever has begun it. */
export interface Conversation {
  id: string;
  isResolved: boolean;
  /** What it began with, where that is ours. */
  opening: string | null;
  /** The last thirty, oldest first. */
  words: { key: string; body: string; isOurs: boolean }[];
}

/** All threads of a pull request. */
export async function readConversations(forge: GitHubForge, number: number): Promise<Conversation[]> {
  const threads: Conversation[] = [];
  let after: string | null = null;
  do {
    const page = await readPage(forge, number, after);
    threads.push(...page.nodes.map(toConversation));
    after = page.pageInfo.hasNextPage ? (page.pageInfo.endCursor ?? null) : null;
  } while (after !== null);
  return threads;
}

async function readPage(
  { client, place }: GitHubForge,
  number: number,
  after: string | null,
): Promise<z.infer<typeof Threads>> {
  const variables = { ...place.names, number, after };
  const { repository } = await client.graphql({ kind, query: threadsQuery, variables }, Answer);
  const page = repository?.pullRequest?.reviewThreads;
  if (page !== undefined) return page;
  throw new GitHubError('not_found', `GitHub has no pull request #${number} any more`);
}

function toConversation({ id, isResolved, opening, latest }: z.infer<typeof Thread>): Conversation {
  const [first] = opening.nodes;
  return {
    id,
    isResolved,
    opening: first !== undefined && isOurs(first) ? first.body : null,
    words: latest.nodes.map((one) => ({
      key: `${id}/${one.fullDatabaseId ?? ''}`,
      body: one.body,
      isOurs: isOurs(one),
    })),
  };
}

/**
 * Says something in a thread and resolves it. The mark is the key of what is said; nothing is said over the head of a
 * person who has spoken after `upTo`, or after our own last word where that is not given.
 */
export async function conclude(
  { client }: GitHubForge,
  thread: Conversation,
  { mark, text, upTo }: { mark: string; text: string; upTo?: string },
): Promise<void> {
  const isSaid = thread.words.some((word) => word.isOurs && word.body.startsWith(mark));
  const heard = thread.words.findLastIndex((word) => word.isOurs || word.key === upTo);
  if (heard < thread.words.length - 1) return;
  const { id } = thread;
  if (!isSaid)
    await client.graphql(
      { kind, query: replyMutation, variables: { id, body: `${mark}${text}` } },
      z.unknown(),
    );
  if (!thread.isResolved)
    await client.graphql({ kind, query: resolveMutation, variables: { id } }, z.unknown());
}
