import type { CheckRun as CheckRunFields, StatusContext } from '@octokit/graphql-schema';
import { checksOn, outcomeOf, statusesOn } from '../acts/checks.js';
import { nodeId } from '../identity.js';
import { repositoryWeb } from '../links.js';
import type { CheckRun, CommitStatus, Repository } from '../world.js';
import { connection } from './connection.js';
import { actorOf } from './people.js';
import type { Shape, View } from './view.js';

export function commitShape(view: View, repository: Repository, sha: string) {
  return {
    __typename: 'Commit',
    oid: sha,
    statusCheckRollup: () => rollupShape(view, repository, sha),
  };
}

/** Null of a commit that nothing has been said of. */
export function rollupShape(view: View, repository: Repository, sha: string) {
  const all = [...checksOn(repository, sha), ...statusesOn(repository, sha)];
  if (all.length === 0) return null;
  const outcomes = all.map(outcomeOf);
  const isFailed = outcomes.includes('failure');
  return {
    __typename: 'StatusCheckRollup',
    id: `SCR_${sha}`,
    state: isFailed ? 'FAILURE' : outcomes.includes('pending') ? 'PENDING' : 'SUCCESS',
    contexts: connection(
      () => all,
      (each) =>
        each.kind === 'checkRun'
          ? checkRunShape(view, repository, each)
          : statusShape(view, repository, each),
    ),
  };
}

/** A context is required of a pull request by the protection of its base. */
const isRequired =
  (repository: Repository, context: string) =>
  ({ pullRequestNumber }: { pullRequestNumber?: number | null }): boolean => {
    const base = repository.issues.get(pullRequestNumber ?? 0)?.pull?.base.ref ?? repository.defaultBranch;
    return repository.protections[base]?.requiredContexts.includes(context) ?? false;
  };

function checkRunShape(view: View, repository: Repository, run: CheckRun): Shape<CheckRunFields> {
  const { app, id } = run.suite;
  const workflowRun = repository.workflowRuns.find(({ suite }) => suite === run.suite);
  return {
    __typename: 'CheckRun',
    id: nodeId(run),
    databaseId: run.id,
    name: run.name,
    status: run.status.toUpperCase(),
    conclusion: run.conclusion?.toUpperCase() ?? null,
    startedAt: run.startedAt,
    completedAt: run.completedAt,
    title: run.output.title,
    summary: run.output.summary,
    text: run.output.text,
    externalId: run.externalId,
    detailsUrl: run.detailsUrl,
    url: repositoryWeb(view.world, repository, `/runs/${run.id}`),
    isRequired: isRequired(repository, run.name),
    checkSuite: {
      __typename: 'CheckSuite',
      id: nodeId(run.suite),
      databaseId: id,
      app: { __typename: 'App', databaseId: app.id, slug: app.slug, name: app.name },
      workflowRun:
        workflowRun === undefined ? null : { __typename: 'WorkflowRun', databaseId: workflowRun.id },
    },
  };
}

function statusShape(view: View, repository: Repository, status: CommitStatus): Shape<StatusContext> {
  return {
    __typename: 'StatusContext',
    id: nodeId(status),
    context: status.context,
    state: status.state.toUpperCase(),
    description: status.description,
    targetUrl: status.targetUrl,
    createdAt: status.createdAt,
    creator: () => actorOf(view, status.creator),
    isRequired: isRequired(repository, status.context),
  };
}
