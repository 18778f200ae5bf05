import { currentJobs, rerunFailed } from '../acts/actions.js';
import type { Asked, Reply } from '../exchange.js';
import { empty, json } from '../exchange.js';
import { webUrl } from '../links.js';
import { notFound } from '../refusal.js';
import { jobOf, runOf } from '../shapes/run.js';
import type { Job, WorkflowRun, World } from '../world.js';
import type { RepositoryCall, Route } from './route.js';
import { below, number, paged, userOf } from './route.js';

export const actionRoutes: Route[] = [
  below('GET /actions/runs', { actions: 'read' }, (call) => {
    const sha = call.asked.query.get('head_sha');
    const runs = call.repository.workflowRuns.filter((run) => sha === null || run.sha === sha);
    return paged(
      call,
      runs,
      (run) => runOf(call.world, call.repository, run),
      (page) => ({ total_count: runs.length, workflow_runs: page }),
    );
  }),

  below('GET /actions/runs/:id', { actions: 'read' }, (call) =>
    json(200, runOf(call.world, call.repository, runIn(call))),
  ),

  below('GET /actions/runs/:id/jobs', { actions: 'read' }, (call) => {
    const run = runIn(call);
    const jobs = call.asked.query.get('filter') === 'all' ? run.jobs : currentJobs(run);
    return paged(
      call,
      jobs,
      (job) => jobOf(call.world, call.repository, job),
      (page) => ({ total_count: jobs.length, jobs: page }),
    );
  }),

  below('POST /actions/runs/:id/rerun-failed-jobs', { actions: 'write' }, (call) => {
    rerunFailed(call.world, call.repository, userOf(call), runIn(call));
    return json(201, {});
  }),

  below('GET /actions/jobs/:id', { actions: 'read' }, (call) =>
    json(200, jobOf(call.world, call.repository, jobIn(call))),
  ),

  below('GET /actions/jobs/:id/logs', { actions: 'read' }, (call) => {
    const { id, check } = jobIn(call);
    if (check.status !== 'completed') throw notFound();
    return empty(302, { location: webUrl(call.world, `${logPath}${id}?sig=secret`) });
  }),
];

const logPath = '/_logs/';

export const isLogPath = (path: string): boolean => path.startsWith(logPath);

/** Logs are kept elsewhere, where whoever has the address may read them, and a credential of GitHub's is refused. */
export function answerLog(world: World, { path, query, headers }: Asked): Reply {
  if (headers.authorization !== undefined) return json(400, { message: 'InvalidAuthenticationInfo' });
  const jobs = world.repositories.flatMap(({ workflowRuns }) => workflowRuns.flatMap((run) => run.jobs));
  const job = jobs.find(({ id }) => `${logPath}${id}` === path);
  if (job === undefined || query.get('sig') !== 'secret') return json(404, { message: 'BlobNotFound' });
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: job.log };
}

function runIn(call: RepositoryCall): WorkflowRun {
  const id = number(call, 'id');
  const run = call.repository.workflowRuns.find((each) => each.id === id);
  if (run === undefined) throw notFound();
  return run;
}

function jobIn(call: RepositoryCall): Job {
  const id = number(call, 'id');
  const job = call.repository.workflowRuns.flatMap(({ jobs }) => jobs).find((each) => each.id === id);
  if (job === undefined) throw notFound();
  return job;
}
