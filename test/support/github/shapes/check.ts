import { openPulls } from '../acts/heads.js';
import type { Outcome } from '../acts/checks.js';
import { statusesOn } from '../acts/checks.js';
import { nodeId } from '../identity.js';
import { repositoryApi, repositoryWeb, webUrl } from '../links.js';
import type { CheckRun, CommitStatus, Pull, Repository, User, World } from '../world.js';
import { appOf } from './app.js';
import { repositoryOf } from './repository.js';
import type { Schemas } from './schemas.js';
import { simpleUser } from './user.js';

export function checkRunOf(world: World, repository: Repository, run: CheckRun): Schemas['check-run'] {
  const url = repositoryApi(world, repository, `/check-runs/${run.id}`);
  const web = repositoryWeb(world, repository, `/runs/${run.id}`);
  return {
    id: run.id,
    head_sha: run.sha,
    node_id: nodeId(run),
    external_id: run.externalId ?? '',
    url,
    html_url: web,
    details_url: run.detailsUrl ?? web,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: { ...run.output, annotations_count: 0, annotations_url: `${url}/annotations` },
    name: run.name,
    check_suite: { id: run.suite.id },
    app: appOf(world, run.suite.app),
    pull_requests: openPulls(repository)
      .filter(({ head }) => head.sha === run.sha)
      .map((pull) => minimalPull(world, pull)),
  };
}

export function minimalPull(world: World, { id, issue, head, base }: Pull): Schemas['pull-request-minimal'] {
  const { repository, number } = issue;
  const repo = { id: repository.id, url: repositoryApi(world, repository), name: repository.name };
  return {
    id,
    number,
    url: repositoryApi(world, repository, `/pulls/${number}`),
    head: { ...head, repo },
    base: { ...base, repo },
  };
}

function simpleStatus(
  world: World,
  repository: Repository,
  status: CommitStatus,
): Schemas['simple-commit-status'] {
  return {
    id: status.id,
    node_id: nodeId(status),
    url: repositoryApi(world, repository, `/statuses/${status.sha}`),
    avatar_url: webUrl(world, `/avatars/u/${status.creator.id}`),
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: status.createdAt,
    updated_at: status.createdAt,
  };
}

export function statusOf(world: World, repository: Repository, status: CommitStatus): Schemas['status'] {
  const { avatar_url, ...rest } = simpleStatus(world, repository, status);
  return { ...rest, avatar_url, creator: simpleUser(world, status.creator) };
}

/** Pending where there is none, as on GitHub. */
export function combinedStatus(
  world: World,
  repository: Repository,
  sha: string,
  viewer: User | null,
): Schemas['combined-commit-status'] {
  const statuses = statusesOn(repository, sha);
  const states = statuses.map(({ state }) => state);
  const isFailed = states.includes('failure') || states.includes('error');
  const isPending = states.length === 0 || states.includes('pending');
  const state: Outcome = isFailed ? 'failure' : isPending ? 'pending' : 'success';
  return {
    state,
    statuses: statuses.map((status) => simpleStatus(world, repository, status)),
    sha,
    total_count: statuses.length,
    repository: repositoryOf(world, repository, viewer),
    commit_url: repositoryApi(world, repository, `/commits/${sha}`),
    url: repositoryApi(world, repository, `/commits/${sha}/status`),
  };
}
