import { tell } from '../happenings.js';
import { now, register } from '../identity.js';
import { Refusal } from '../refusal.js';
import type { CheckConclusion, CheckSuite, Job, Repository, User, WorkflowRun, World } from '../world.js';
import { actionsApp, addCheck, editCheck } from './checks.js';

export interface NewJob {
  name: string;
  /** Null while it runs. */
  conclusion: CheckConclusion | null;
  log?: string | Buffer;
}

export interface NewRun {
  sha: string;
  branch: string;
  name?: string;
  jobs: readonly NewJob[];
}

/** A run of a workflow, with a check for each of its jobs. */
export function addRun(
  world: World,
  repository: Repository,
  by: User,
  { sha, branch, name = 'CI', jobs }: NewRun,
): WorkflowRun {
  const at = now(world);
  const app = actionsApp(world);
  const suite = register<CheckSuite>(world, { kind: 'checkSuite', app, sha, createdAt: at });
  repository.suites.push(suite);
  const run = register<WorkflowRun>(world, {
    kind: 'workflowRun',
    suite,
    name,
    path: `.github/workflows/${name.toLowerCase()}.yml`,
    runNumber: repository.workflowRuns.length + 1,
    attempt: 1,
    branch,
    sha,
    event: 'push',
    actor: by,
    jobs: [],
    createdAt: at,
    updatedAt: at,
  });
  repository.workflowRuns.push(run);
  tell(world, { event: 'workflow_run', action: 'requested', by, repository, run });
  for (const job of jobs) addJob(world, repository, run, job);
  if (isCompleted(run)) tell(world, { event: 'workflow_run', action: 'completed', by, repository, run });
  return run;
}

/** A job and its check have the same id. */
function addJob(world: World, repository: Repository, run: WorkflowRun, wanted: NewJob): void {
  const { name, conclusion, log = '' } = wanted;
  const edit = conclusion === null ? { status: 'in_progress' as const } : { conclusion };
  const check = addCheck(world, repository, run.actor, {
    app: run.suite.app,
    suite: run.suite,
    sha: run.sha,
    name,
    ...edit,
  });
  run.jobs.push({ kind: 'job', id: check.id, run, check, attempt: run.attempt, log: Buffer.from(log) });
}

/** A job ends. */
export function endJob(
  world: World,
  repository: Repository,
  job: Job,
  { conclusion, log }: { conclusion: CheckConclusion; log?: string | Buffer },
): void {
  const { run } = job;
  job.log = Buffer.from(log ?? '');
  editCheck(world, repository, run.actor, job.check, { conclusion });
  run.updatedAt = now(world);
  if (isCompleted(run))
    tell(world, { event: 'workflow_run', action: 'completed', by: run.actor, repository, run });
}

/** Failed jobs begin anew, as jobs and checks of their own; the others stay as they are. */
export function rerunFailed(world: World, repository: Repository, by: User, run: WorkflowRun): void {
  if (!isCompleted(run)) throw new Refusal(403, 'This workflow is already running');
  const failed = currentJobs(run).filter(({ check }) => isFailure(check.conclusion));
  if (failed.length === 0)
    throw new Refusal(403, 'Unable to retry this workflow run because it has no failed jobs');
  run.attempt += 1;
  run.updatedAt = now(world);
  for (const { check } of failed) addJob(world, repository, run, { name: check.name, conclusion: null });
  tell(world, { event: 'workflow_run', action: 'requested', by, repository, run });
}

/** The newest job of each name. */
export function currentJobs({ jobs }: WorkflowRun): Job[] {
  return [...new Map(jobs.map((job) => [job.check.name, job])).values()];
}

export function isCompleted(run: WorkflowRun): boolean {
  return currentJobs(run).every(({ check }) => check.status === 'completed');
}

export function conclusionOf(run: WorkflowRun): CheckConclusion | null {
  if (!isCompleted(run)) return null;
  return currentJobs(run).some(({ check }) => isFailure(check.conclusion)) ? 'failure' : 'success';
}

const isFailure = (conclusion: CheckConclusion | null) =>
  conclusion !== null && !['success', 'neutral', 'skipped'].includes(conclusion);
