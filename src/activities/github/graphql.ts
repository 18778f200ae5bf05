import { z } from 'zod';
import type { GitHubErrorKind } from './errors.js';
import { GitHubError, unsaidPauseMs } from './errors.js';

const GraphqlError = z.object({
  type: z.string().nullish().catch(null),
  message: z.string().catch('an error without a message'),
  path: z
    .array(z.union([z.string(), z.number()]))
    .nullish()
    .catch(null),
});
type GraphqlError = z.infer<typeof GraphqlError>;

/** What GraphQL answers with status 200, also where it has failed in part or in whole. */
export const GraphqlAnswer = z.object({
  data: z.unknown().optional(),
  errors: z
    .array(GraphqlError)
    .nullish()
    .transform((errors) => errors ?? []),
});

interface Circumstances {
  mayLack: readonly string[];
  headers: Record<string, string | number | undefined>;
  now: number;
}

/** What makes an answer useless, or null: a thing that is not there leaves the others their places. */
export function graphqlError(
  errors: readonly GraphqlError[],
  { mayLack, headers, now }: Circumstances,
): GitHubError | null {
  const [first] = errors.filter((error) => !isLacking(error, mayLack));
  if (first === undefined) return null;
  const words = `${first.message.replace(/\s+/g, ' ').slice(0, 200)} (${first.type ?? 'an error'} of GraphQL)`;
  const kind = kindOf(first);
  if (kind !== 'rate_limited') return new GitHubError(kind, `GitHub says: ${words}`);
  const reset = Number(headers['x-ratelimit-reset']);
  const retryAfterMs = Number.isFinite(reset) ? Math.max(reset * 1_000 - now, 1_000) : unsaidPauseMs;
  return new GitHubError(kind, `GitHub was asked too often: ${words}`, { retryAfterMs });
}

function isLacking({ type, path }: GraphqlError, mayLack: readonly string[]): boolean {
  if (path == null || path.length === 0) return false;
  return type === 'NOT_FOUND' || mayLack.includes(String(path.at(-1)));
}

/** Where GitHub gives no type, its server has failed; the query itself is held to GitHub's schema by a test. */
function kindOf({ type }: GraphqlError): GitHubErrorKind {
  switch (type) {
    case 'RATE_LIMITED':
    case 'RATE_LIMIT':
      return 'rate_limited';
    case 'FORBIDDEN':
    case 'INSUFFICIENT_SCOPES':
      return 'forbidden';
    case 'NOT_FOUND':
      return 'not_found';
    case 'UNPROCESSABLE':
      return 'validation';
    default:
      return 'server';
  }
}
