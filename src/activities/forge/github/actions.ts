import { z } from 'zod';
import type { GitHubClient } from '../../github/client.js';
import { GitHubError } from '../../github/errors.js';
import type { SeenCheck } from './checks-seen.js';
import type { Place } from './place.js';

/** A run of a workflow of GitHub Actions. */
const Run = z.object({ status: z.string().nullish(), run_attempt: z.int().nullish() });

const kind = 'actions';
const at = 'repos/{owner}/{repo}/actions';

/**
 * Has the failed jobs behind these checks run once more; false where one of them is no job, was tried twice already, or
 * cannot be tried again. What runs at the moment is not asked for again: then none of them has failed any more.
 */
export async function rerunFailed(
  client: GitHubClient,
  { names }: Place,
  failed: readonly SeenCheck[],
): Promise<boolean> {
  const ids = failed.map(runOf);
  if (ids.includes(null)) return false;
  const waiting: number[] = [];
  for (const run_id of new Set(ids)) {
    const asked = { kind, route: `GET /${at}/runs/{run_id}`, parameters: { ...names, run_id } };
    const { status, run_attempt } = (await client.read(asked, Run)).data;
    if (status !== 'completed' || run_id === null) continue;
    if ((run_attempt ?? 1) > 1) return false;
    waiting.push(run_id);
  }
  for (const run_id of waiting) {
    const route = `POST /${at}/runs/{run_id}/rerun-failed-jobs`;
    if (!(await isGranted(client.write({ kind, route, parameters: { ...names, run_id } }, z.unknown()))))
      return false;
  }
  return true;
}

function runOf({ context }: SeenCheck): number | null {
  if (context?.__typename !== 'CheckRun') return null;
  return context.checkSuite?.workflowRun?.databaseId ?? null;
}

/** A run that is too old, or of somebody who may not have it run: it is as it is. */
async function isGranted(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    const refusals: string[] = ['forbidden', 'validation', 'not_found'];
    if (error instanceof GitHubError && refusals.includes(error.kind)) return false;
    throw error;
  }
}
