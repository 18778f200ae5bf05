import { conclusionOf, isCompleted } from '../acts/actions.js';
import { nodeId } from '../identity.js';
import { repositoryApi, repositoryWeb } from '../links.js';
import type { Job, Repository, WorkflowRun, World } from '../world.js';
import { repositoryOf } from './repository.js';
import type { Schemas } from './schemas.js';
import { simpleUser } from './user.js';

export function runOf(world: World, repository: Repository, run: WorkflowRun): Schemas['workflow-run'] {
  const url = repositoryApi(world, repository, `/actions/runs/${run.id}`);
  const shown = repositoryOf(world, repository, null);
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId(run),
    check_suite_id: run.suite.id,
    check_suite_node_id: nodeId(run.suite),
    head_branch: run.branch,
    head_sha: run.sha,
    path: run.path,
    run_number: run.runNumber,
    run_attempt: run.attempt,
    event: run.event,
    status: isCompleted(run) ? 'completed' : 'in_progress',
    conclusion: conclusionOf(run),
    workflow_id: 1,
    url,
    html_url: repositoryWeb(world, repository, `/actions/runs/${run.id}`),
    pull_requests: [],
    created_at: run.createdAt,
    updated_at: run.updatedAt,
    actor: simpleUser(world, run.actor),
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: repositoryApi(world, repository, `/check-suites/${run.suite.id}`),
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    workflow_url: repositoryApi(world, repository, '/actions/workflows/1'),
    head_commit: null,
    repository: shown,
    head_repository: shown,
    display_title: run.name,
  };
}

export function jobOf(world: World, repository: Repository, job: Job): Schemas['job'] {
  const { run, check } = job;
  return {
    id: job.id,
    run_id: run.id,
    run_url: repositoryApi(world, repository, `/actions/runs/${run.id}`),
    run_attempt: job.attempt,
    node_id: nodeId(check),
    head_sha: run.sha,
    url: repositoryApi(world, repository, `/actions/jobs/${job.id}`),
    html_url: jobWeb(world, repository, job),
    status: check.status,
    conclusion: check.conclusion,
    created_at: check.startedAt ?? run.createdAt,
    started_at: check.startedAt ?? run.createdAt,
    completed_at: check.completedAt,
    name: check.name,
    check_run_url: repositoryApi(world, repository, `/check-runs/${check.id}`),
    labels: ['ubuntu-latest'],
    runner_id: 1,
    runner_name: 'runner',
    runner_group_id: 1,
    runner_group_name: 'Default',
    workflow_name: run.name,
    head_branch: run.branch,
  };
}

export function jobWeb(world: World, repository: Repository, { run, id }: Pick<Job, 'run' | 'id'>): string {
  return repositoryWeb(world, repository, `/actions/runs/${run.id}/job/${id}`);
}
