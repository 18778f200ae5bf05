import { z } from 'zod';
import { addCheck, addStatus, checksOn, editCheck } from '../acts/checks.js';
import { json } from '../exchange.js';
import { notFound, Refusal } from '../refusal.js';
import { checkRunOf, combinedStatus, statusOf } from '../shapes/check.js';
import type { App, CheckRun } from '../world.js';
import type { RepositoryCall, Route } from './route.js';
import { below, number, paged, readBody, userOf } from './route.js';

const conclusions = [
  'success',
  'failure',
  'neutral',
  'cancelled',
  'skipped',
  'timed_out',
  'action_required',
] as const;
const Edit = z.object({
  status: z.enum(['queued', 'in_progress', 'completed']).optional(),
  conclusion: z.enum(conclusions).optional(),
  external_id: z.string().optional(),
  details_url: z.string().optional(),
  started_at: z.string().optional(),
  completed_at: z.string().optional(),
  output: z
    .object({ title: z.string(), summary: z.string(), text: z.string().nullable().default(null) })
    .optional(),
});
const NewCheck = Edit.extend({ name: z.string(), head_sha: z.string() });
const NewStatus = z.object({
  state: z.enum(['error', 'failure', 'pending', 'success']),
  context: z.string().default('default'),
  description: z.string().nullable().default(null),
  target_url: z.string().nullable().default(null),
});

export const checkRoutes: Route[] = [
  below('POST /check-runs', { checks: 'write' }, async (call) => {
    const { name, head_sha, ...edit } = readBody(call, NewCheck);
    const sha = await commitNamed(call, head_sha);
    const wanted = { app: appIn(call), name, sha, ...fieldsOf(edit) };
    const run = addCheck(call.world, call.repository, userOf(call), wanted);
    return json(201, checkRunOf(call.world, call.repository, run));
  }),

  below('GET /check-runs/:id', { checks: 'read' }, (call) =>
    json(200, checkRunOf(call.world, call.repository, checkIn(call))),
  ),

  below('PATCH /check-runs/:id', { checks: 'write' }, (call) => {
    const run = checkIn(call);
    if (run.suite.app !== appIn(call))
      throw new Refusal(
        403,
        'Invalid app_id - check run can only be modified by the GitHub App that created it.',
      );
    editCheck(call.world, call.repository, userOf(call), run, fieldsOf(readBody(call, Edit)));
    return json(200, checkRunOf(call.world, call.repository, run));
  }),

  below('GET /commits/:ref*/check-runs', { checks: 'read' }, async (call) => {
    const { query } = call.asked;
    const sha = await commitNamed(call, call.params.ref ?? '');
    const all = call.repository.checkRuns.filter((run) => run.sha === sha);
    const runs = (query.get('filter') === 'all' ? all : checksOn(call.repository, sha)).filter(
      (run) =>
        (query.get('check_name') ?? run.name) === run.name &&
        (query.get('status') ?? run.status) === run.status,
    );
    return paged(
      call,
      runs,
      (run) => checkRunOf(call.world, call.repository, run),
      (page) => ({ total_count: runs.length, check_runs: page }),
    );
  }),

  below('POST /statuses/:sha', { statuses: 'write' }, async (call) => {
    const { target_url, ...wanted } = readBody(call, NewStatus);
    const sha = await commitNamed(call, call.params.sha ?? '');
    const status = addStatus(call.world, call.repository, userOf(call), {
      ...wanted,
      sha,
      targetUrl: target_url,
    });
    return json(201, statusOf(call.world, call.repository, status));
  }),

  below('GET /commits/:ref*/statuses', { statuses: 'read' }, async (call) => {
    const sha = await commitNamed(call, call.params.ref ?? '');
    const statuses = call.repository.statuses.filter((status) => status.sha === sha).reverse();
    return paged(call, statuses, (status) => statusOf(call.world, call.repository, status));
  }),

  below('GET /commits/:ref*/status', { statuses: 'read' }, async (call) => {
    const sha = await commitNamed(call, call.params.ref ?? '');
    return json(200, combinedStatus(call.world, call.repository, sha, call.viewer.user));
  }),
];

/** Only an app makes check runs. */
function appIn({ viewer }: RepositoryCall): App {
  const app = viewer.token?.installation?.app;
  if (app === undefined) throw new Refusal(403, 'You must authenticate via a GitHub App.');
  return app;
}

function fieldsOf({ external_id, details_url, started_at, completed_at, ...rest }: z.infer<typeof Edit>) {
  return {
    ...rest,
    externalId: external_id,
    detailsUrl: details_url,
    startedAt: started_at,
    completedAt: completed_at,
  };
}

function checkIn(call: RepositoryCall): CheckRun {
  const id = number(call, 'id');
  const run = call.repository.checkRuns.find((each) => each.id === id);
  if (run === undefined) throw notFound();
  return run;
}

/** The commit of a branch, a tag or an id. */
export async function commitNamed({ repository }: RepositoryCall, name: string): Promise<string> {
  const sha = await repository.git.resolve(name);
  if (sha === null) throw new Refusal(422, `No commit found for SHA: ${name}`);
  return sha;
}
