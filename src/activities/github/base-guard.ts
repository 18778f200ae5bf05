import { z } from 'zod';
import type { GitHubClient } from './client.js';
import { GitHubError } from './errors.js';
import type { Names } from './names.js';

/** What keeps a branch from ever being at a commit that was not checked as it is there. */
export type BaseGuard = 'a merge queue' | 'required checks on branches that are up to date';

const Rules = z.array(
  z.object({
    type: z.string(),
    parameters: z.object({ strict_required_status_checks_policy: z.boolean().nullish() }).nullish(),
  }),
);
const Protection = z.object({
  required_status_checks: z.object({ strict: z.boolean().nullish() }).nullish(),
});

const kind = 'base';
const repository = 'repos/{owner}/{repo}';

/**
 * Asks for the rules of a branch, which everybody may read, and for its protection of the older kind, which only
 * administrators may. Null where nothing of the sort is seen.
 */
export async function readBaseGuard(
  client: GitHubClient,
  names: Names,
  branch: string,
): Promise<BaseGuard | null> {
  const parameters = { ...names, branch };
  const rules =
    (await orUnseen(
      client.list({ kind, route: `GET /${repository}/rules/branches/{branch}`, parameters }, Rules),
    )) ?? [];
  if (rules.some(({ type }) => type === 'merge_queue')) return 'a merge queue';
  const route = `GET /${repository}/branches/{branch}/protection`;
  const protection = await orUnseen(client.read({ kind, route, parameters }, Protection));
  const isStrict =
    rules.some((rule) => rule.parameters?.strict_required_status_checks_policy === true) ||
    protection?.data.required_status_checks?.strict === true;
  return isStrict ? 'required checks on branches that are up to date' : null;
}

/** Null where there is none, or the credential may not see it. */
async function orUnseen<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof GitHubError && ['not_found', 'forbidden'].includes(error.kind)) return null;
    throw error;
  }
}
