import { GitHubError } from '../../github/errors.js';

/** While GitHub wants to be left alone, nobody asks it, whoever wants to look: each call fails as the last one did. */
export function createPatience(now: () => number = Date.now) {
  let limit: { error: GitHubError; from: number; until: number } | null = null;

  return async <T>(ask: () => Promise<T>): Promise<T> => {
    const at = now();
    // A clock that was set back ends it.
    if (limit !== null && at >= limit.from && at < limit.until) {
      const { kind, message, details } = limit.error;
      throw new GitHubError(kind, message, { ...details, retryAfterMs: limit.until - at });
    }
    try {
      return await ask();
    } catch (error) {
      const pause = error instanceof GitHubError ? error.details.retryAfterMs : undefined;
      if (error instanceof GitHubError && pause !== undefined)
        limit = { error, from: now(), until: now() + pause };
      throw error;
    }
  };
}
