import { RequestError } from 'octokit';

/** What went wrong between this host and GitHub. */
export type GitHubErrorKind =
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'validation'
  | 'rate_limited'
  | 'server'
  | 'unreachable'
  | 'malformed'
  | 'endless'
  | 'refused';

/** A request that GitHub has not granted. The message is for people and has no secret in it. */
export class GitHubError extends Error {
  override readonly name = 'GitHubError';

  constructor(
    readonly kind: GitHubErrorKind,
    message: string,
    readonly details: { status?: number; retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: details.cause });
  }
}

/** The answer, or null where GitHub has no such thing. */
export async function orNull<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof GitHubError && error.kind === 'not_found') return null;
    throw error;
  }
}

/** For a limit that does not say how long it holds, as GitHub asks of its clients. */
export const unsaidPauseMs = 60_000;

/** Tells by status and headers what a failed request means. `asked` is the request in words, such as `GET /user`. */
export function gitHubError(error: unknown, asked: string, answerMs: number, now: number): GitHubError {
  if (error instanceof GitHubError) return error;
  if (isTimeout(error)) {
    const message = `GitHub has not answered within ${answerMs / 1_000} s (${asked})`;
    return new GitHubError('unreachable', message, { cause: error });
  }
  if (!(error instanceof RequestError) || error.response === undefined) {
    const message = `GitHub cannot be reached: ${error instanceof Error ? error.message : String(error)} (${asked})`;
    return new GitHubError('unreachable', message, { cause: error });
  }
  const { status } = error;
  const words = `${wordsOf(error)} (status ${status} for ${asked})`;
  const details = { status, cause: error };
  const retryAfterMs = pauseOf(error, now);
  if (retryAfterMs !== null)
    return new GitHubError('rate_limited', `GitHub was asked too often: ${words}`, {
      ...details,
      retryAfterMs,
    });
  return new GitHubError(kindOf(status), `GitHub says: ${words}`, details);
}

function kindOf(status: number): GitHubErrorKind {
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 404 || status === 410) return 'not_found';
  if (status === 409 || status === 422) return 'validation';
  return status >= 500 ? 'server' : 'refused';
}

/** How long GitHub wants to be left alone; null when it does not. Both its limits come as 403 or 429. */
function pauseOf({ status, response }: RequestError, now: number): number | null {
  if (status !== 403 && status !== 429) return null;
  const {
    'retry-after': retryAfter,
    'x-ratelimit-remaining': remaining,
    'x-ratelimit-reset': reset,
  } = response?.headers ?? {};
  if (retryAfter !== undefined && /^\d+$/.test(String(retryAfter))) return Number(retryAfter) * 1_000;
  if (remaining === '0' && reset !== undefined) return Math.max(Number(reset) * 1_000 - now, 1_000);
  const isSecondary = /secondary rate limit/i.test(JSON.stringify(response?.data ?? ''));
  return status === 429 || isSecondary ? unsaidPauseMs : null;
}

function isTimeout(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { name, cause } = error as { name?: unknown; cause?: unknown };
  return name === 'TimeoutError' || name === 'AbortError' || isTimeout(cause);
}

const longestWords = 200;

/** GitHub's own sentence, in one line. */
function wordsOf({ message }: RequestError): string {
  return message.replace(/\s+/g, ' ').slice(0, longestWords);
}
