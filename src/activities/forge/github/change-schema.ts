import { z } from 'zod';

/** What is used of GitHub's answer about changes. Who has left GitHub is null. */

const Actor = z.object({ login: z.string() }).nullish();
const Author = z.object({ __typename: z.string(), login: z.string() }).nullish();

function nodes<T extends z.ZodType>(node: T) {
  return z
    .object({ nodes: z.array(node.nullable()).nullish() })
    .nullish()
    .transform((list) => (list?.nodes ?? []).flatMap((one) => (one == null ? [] : [one])));
}

const Said = z.object({
  fullDatabaseId: z.union([z.string(), z.number()]).transform(String).nullish(),
  body: z.string(),
  author: Author,
  /** By whoever the token or the App is. */
  viewerDidAuthor: z.boolean(),
});
export type Said = z.infer<typeof Said>;

const Markable = Said.extend({
  id: z.string(),
  reactionGroups: z.array(z.object({ content: z.string(), viewerHasReacted: z.boolean() })).nullish(),
});

export const Comment = Markable.extend({ createdAt: z.string() });
export type Comment = z.infer<typeof Comment>;

export const Review = Markable.extend({
  state: z.string(),
  submittedAt: z.string().nullish(),
  commit: z.object({ oid: z.string() }).nullish(),
});
export type Review = z.infer<typeof Review>;

const Thread = z.object({
  id: z.string(),
  isResolved: z.boolean(),
  path: z.string(),
  line: z.int().nullish(),
  originalLine: z.int().nullish(),
  comments: nodes(Said.extend({ state: z.string() })),
});
export type Thread = z.infer<typeof Thread>;

const CheckRun = z.object({
  __typename: z.literal('CheckRun'),
  databaseId: z.int().nullish(),
  name: z.string(),
  status: z.string(),
  conclusion: z.string().nullish(),
  startedAt: z.string().nullish(),
  completedAt: z.string().nullish(),
  detailsUrl: z.string().nullish(),
  url: z.string(),
  isRequired: z.boolean(),
  checkSuite: z
    .object({
      app: z.object({ slug: z.string() }).nullish(),
      /** Of GitHub's own actions. */
      workflowRun: z.object({ databaseId: z.int().nullish() }).nullish(),
    })
    .nullish(),
});
const StatusContext = z.object({
  __typename: z.literal('StatusContext'),
  context: z.string(),
  state: z.string(),
  description: z.string().nullish(),
  targetUrl: z.string().nullish(),
  isRequired: z.boolean(),
});
export const Context = z.discriminatedUnion('__typename', [CheckRun, StatusContext]);
export type Context = z.infer<typeof Context>;

const Rollup = z.object({ contexts: nodes(Context) }).nullish();

export const Pull = z.object({
  id: z.string(),
  number: z.int(),
  state: z.enum(['OPEN', 'CLOSED', 'MERGED']),
  isDraft: z.boolean(),
  headRefOid: z.string(),
  baseRefName: z.string(),
  mergeable: z.string(),
  mergeStateStatus: z.string(),
  reviewDecision: z.string().nullish(),
  isInMergeQueue: z.boolean(),
  autoMergeRequest: z.object({}).nullish(),
  mergedBy: Actor,
  mergeCommit: z.object({ oid: z.string() }).nullish(),
  timelineItems: nodes(z.object({ actor: Actor })),
  baseRef: z
    .object({
      refUpdateRule: z
        .object({
          requiredApprovingReviewCount: z.int().nullish(),
          requiredStatusCheckContexts: z.array(z.string().nullable()).nullish(),
          requiresConversationResolution: z.boolean(),
        })
        .nullish(),
    })
    .nullish(),
  opinions: nodes(Review),
  remarks: nodes(Review),
  comments: nodes(Comment),
  reviewThreads: nodes(Thread),
  commits: nodes(z.object({ commit: z.object({ oid: z.string(), statusCheckRollup: Rollup }) })),
});
export type Pull = z.infer<typeof Pull>;

export const Changes = z.object({
  viewer: z.object({ login: z.string() }),
  repository: z.record(z.string(), Pull.nullable()).nullable(),
});
