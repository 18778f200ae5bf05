import type { Repository as RepositoryFields } from '@octokit/graphql-schema';
import { roleIn } from '../access.js';
import { findLabel } from '../acts/labels.js';
import { nodeId } from '../identity.js';
import { fullName, repositoryWeb } from '../links.js';
import { isAtLeast } from '../people.js';
import type { Issue, Repository } from '../world.js';
import { connection } from './connection.js';
import type { IssueArguments } from './issues.js';
import { chosenIssues, issueShape } from './issues.js';
import { labelShape } from './labels.js';
import { actorOf } from './people.js';
import type { PullArguments } from './pulls.js';
import { chosenPulls, pullShape } from './pulls.js';
import type { Shape, View } from './view.js';
import { graphqlError } from './view.js';

export function repositoryShape(view: View, repository: Repository): Shape<RepositoryFields> {
  const role = roleIn(view.viewer, repository);
  const all = () => [...repository.issues.values()];
  return {
    __typename: 'Repository',
    id: nodeId(repository),
    databaseId: repository.id,
    name: repository.name,
    nameWithOwner: fullName(repository),
    owner: () => actorOf(view, repository.owner),
    url: repositoryWeb(view.world, repository),
    isPrivate: repository.isPrivate,
    isArchived: repository.isArchived,
    isDisabled: false,
    isFork: false,
    visibility: repository.isPrivate ? 'PRIVATE' : 'PUBLIC',
    viewerPermission: role === 'none' ? null : role.toUpperCase(),
    viewerCanAdminister: isAtLeast(role, 'admin'),
    autoMergeAllowed: repository.allowsAutoMerge,
    deleteBranchOnMerge: repository.deletesBranchOnMerge,
    mergeCommitAllowed: repository.mergeMethods.includes('merge'),
    squashMergeAllowed: repository.mergeMethods.includes('squash'),
    rebaseMergeAllowed: repository.mergeMethods.includes('rebase'),
    createdAt: repository.createdAt,
    updatedAt: repository.updatedAt,
    pushedAt: repository.pushedAt,
    defaultBranchRef: async () => {
      const sha = await repository.git.branch(repository.defaultBranch);
      return sha === null ? null : refShape(repository.defaultBranch, sha);
    },
    labels: connection(
      () => repository.labels,
      (label) => labelShape(view, repository, label),
    ),
    label: ({ name }: { name: string }) => {
      const label = findLabel(repository, name);
      return label === undefined ? null : labelShape(view, repository, label);
    },
    issues: connection<Issue, IssueArguments>(
      (args) =>
        chosenIssues(
          all().filter(({ pull }) => pull === null),
          args,
        ),
      (issue) => issueShape(view, issue),
    ),
    issue: ({ number }: { number: number }) => {
      const issue = repository.issues.get(number);
      if (issue?.pull === null) return issueShape(view, issue);
      throw unknown('an Issue', number);
    },
    pullRequests: connection<Issue, PullArguments>(
      (args) => chosenPulls(all(), args),
      ({ pull }) => pull !== null && pullShape(view, pull),
    ),
    pullRequest: ({ number }: { number: number }) => {
      const pull = repository.issues.get(number)?.pull;
      if (pull != null) return pullShape(view, pull);
      throw unknown('a PullRequest', number);
    },
    issueOrPullRequest: ({ number }: { number: number }) => {
      const issue = repository.issues.get(number);
      if (issue === undefined) throw unknown('an issue or pull request', number);
      return issue.pull === null ? issueShape(view, issue) : pullShape(view, issue.pull);
    },
  };
}

function refShape(name: string, sha: string) {
  return {
    __typename: 'Ref',
    name,
    prefix: 'refs/heads/',
    target: { __typename: 'Commit', oid: sha },
  };
}

function unknown(what: string, number: number) {
  return graphqlError('NOT_FOUND', `Could not resolve to ${what} with the number of ${number}.`);
}
