import { z } from 'zod';
import type { GitHubClient } from '../../github/client.js';
import { GitHubError } from '../../github/errors.js';
import type { FailedCheck } from '../change-reader.js';
import type { Context } from './change-schema.js';
import type { SeenCheck } from './checks-seen.js';
import type { Place } from './place.js';

/** A log that is longer has its end kept. */
const longestLog = 16 * 1024 * 1024;

const text = z.string().nullish();
const Run = z.object({ output: z.object({ title: text, summary: text, text }).nullish() });
const kind = 'check_logs';

/** What a failed check has to say: the log of its job, or what its program has told GitHub. */
export async function failedCheck(
  client: GitHubClient,
  place: Place,
  { name, url, context }: SeenCheck,
): Promise<FailedCheck> {
  const job = jobOf(context);
  const log = job === null ? null : await logOf(client, place, job);
  return {
    name,
    what: `${job === null ? 'a check' : 'a job of GitHub Actions'}${url === null ? '' : `: ${url}`}`,
    kind: context?.__typename === 'CheckRun' && context.conclusion === 'TIMED_OUT' ? 'timed_out' : 'failed',
    durationMs: durationOf(context),
    log: log ?? Buffer.from(await outputOf(client, place, context)),
  };
}

/** Of GitHub Actions a job and its check have the same id. */
function jobOf(context: Context | null): number | null {
  if (context?.__typename !== 'CheckRun' || context.checkSuite?.workflowRun == null) return null;
  return context.databaseId ?? null;
}

/** Null where GitHub has none any more, or none yet. */
async function logOf(client: GitHubClient, { names }: Place, job_id: number): Promise<Buffer | null> {
  const route = 'GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs';
  try {
    return await client.download({ kind, route, parameters: { ...names, job_id } }, longestLog);
  } catch (error) {
    const isMissing = error instanceof GitHubError && ['not_found', 'forbidden'].includes(error.kind);
    if (isMissing) return null;
    throw error;
  }
}

async function outputOf(client: GitHubClient, { names }: Place, context: Context | null): Promise<string> {
  if (context?.__typename === 'StatusContext') return context.description ?? '';
  const check_run_id = context?.databaseId ?? null;
  if (check_run_id === null) return '';
  const route = 'GET /repos/{owner}/{repo}/check-runs/{check_run_id}';
  const { data } = await client.read({ kind, route, parameters: { ...names, check_run_id } }, Run);
  const { title, summary, text: details } = data.output ?? {};
  return [title, summary, details].filter((part) => (part ?? '') !== '').join('\n\n');
}

function durationOf(context: Context | null): number {
  if (context?.__typename !== 'CheckRun') return 0;
  const ms = Date.parse(context.completedAt ?? '') - Date.parse(context.startedAt ?? '');
  return ms > 0 ? ms : 0;
}
