import { z } from 'zod';
import type { CheckResult } from '../../../domain/evidence.js';
import { fence } from '../../fence.js';
import type { GitHubForge } from './open.js';
import { shorten } from './text.js';

const kind = 'checks';
/** GitHub's own limit for the line of a status. */
const longestLine = 140;

/**
 * Says of a commit what our own checks say: by check runs where an App speaks, which alone may make them, else by
 * statuses. Key: the commit and the names; what is there already is not written again.
 */
export async function publishChecks(
  forge: GitHubForge,
  sha: string,
  checks: readonly CheckResult[],
): Promise<void> {
  if (checks.length === 0) return;
  await (forge.provider.app === undefined ? publishStatuses : publishRuns)(forge, sha, checks);
}

function nameOf({ name }: CheckResult): string {
  return `continuo/${name}`;
}

function lineOf({ kind: result, exitCode, durationMs }: CheckResult): string {
  const after = `after ${(durationMs / 1_000).toFixed(1)} s`;
  switch (result) {
    case 'passed':
      return `passed ${after}`;
    case 'failed':
      return exitCode === null ? `was ended by a signal ${after}` : `failed with ${exitCode} ${after}`;
    case 'timed_out':
      return `timed out ${after}`;
    case 'invalid':
      return `ended well, and ran no test that is reported, ${after}`;
    default:
      return result satisfies never;
  }
}

const Statuses = z.array(
  z.object({ context: z.string(), state: z.string(), description: z.string().nullish() }),
);

async function publishStatuses(
  { client, place }: GitHubForge,
  sha: string,
  checks: readonly CheckResult[],
): Promise<void> {
  const route = 'GET /repos/{owner}/{repo}/commits/{ref}/statuses';
  const there = await client.list({ kind, route, parameters: { ...place.names, ref: sha } }, Statuses);
  for (const check of checks) {
    const context = nameOf(check);
    const state = check.kind === 'passed' ? 'success' : 'failure';
    const description = shorten(lineOf(check), longestLine);
    // The newest of a name is the first.
    const before = there.find((one) => one.context === context);
    if (before?.state === state && before.description === description) continue;
    const parameters = { ...place.names, sha, context, state, description };
    await client.write({ kind, route: 'POST /repos/{owner}/{repo}/statuses/{sha}', parameters }, z.unknown());
  }
}

const Runs = z.object({
  check_runs: z.array(
    z.object({
      id: z.int(),
      name: z.string(),
      external_id: z.string().nullish(),
      output: z.object({ title: z.string().nullish() }),
    }),
  ),
});

async function publishRuns(
  { client, place }: GitHubForge,
  sha: string,
  checks: readonly CheckResult[],
): Promise<void> {
  for (const check of checks) {
    const name = nameOf(check);
    const title = lineOf(check);
    const run = {
      name,
      head_sha: sha,
      external_id: name,
      status: 'completed',
      conclusion: conclusions[check.kind],
      output: { title, summary: check.tail === '' ? title : `${title}\n\n${fence(check.tail)}` },
    };
    const route = 'GET /repos/{owner}/{repo}/commits/{ref}/check-runs';
    const asked = { kind, route, parameters: { ...place.names, ref: sha, check_name: name } };
    const before = (await client.read(asked, Runs)).data.check_runs.find((one) => one.external_id === name);
    if (before?.output.title === title) continue;
    const [to, id] = before === undefined ? ['POST', {}] : ['PATCH', { check_run_id: before.id }];
    const path = `/repos/{owner}/{repo}/check-runs${before === undefined ? '' : '/{check_run_id}'}`;
    const parameters = { ...place.names, ...run, ...id };
    await client.write({ kind, route: `${to} ${path}`, parameters }, z.unknown());
  }
}

const conclusions: Record<CheckResult['kind'], string> = {
  passed: 'success',
  failed: 'failure',
  timed_out: 'timed_out',
  invalid: 'failure',
};
