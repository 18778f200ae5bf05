import type { Issue as IssueFields } from '@octokit/graphql-schema';
import { closedBy } from '../acts/closing.js';
import { nodeId } from '../identity.js';
import { associationOf, issueWeb, subIssuesSummary } from '../shapes/issue.js';
import type { Issue } from '../world.js';
import { commentShape } from './comments.js';
import type { PageArguments } from './connection.js';
import { connection } from './connection.js';
import { labelShape } from './labels.js';
import { actorOf } from './people.js';
import { projectItemShape } from './projects.js';
import { pullShape } from './pulls.js';
import { repositoryShape } from './repositories.js';
import type { Shape, View } from './view.js';
import { seen } from './view.js';

/** What an issue and a pull request have in common. */
export function issueFields(view: View, issue: Issue) {
  const { repository } = issue;
  return {
    number: issue.number,
    title: issue.title,
    body: issue.body ?? '',
    bodyText: issue.body ?? '',
    url: issueWeb(view.world, issue),
    resourcePath: issueWeb(view.world, issue).slice(view.world.origin.length),
    closed: issue.state === 'closed',
    closedAt: issue.closedAt,
    createdAt: issue.createdAt,
    updatedAt: issue.updatedAt,
    locked: issue.isLocked,
    author: () => actorOf(view, issue.author),
    authorAssociation: associationOf(repository, issue.author),
    viewerDidAuthor: issue.author === view.user,
    repository: () => repositoryShape(view, repository),
    labels: connection(
      () => issue.labels,
      (label) => labelShape(view, repository, label),
    ),
    assignees: connection(
      () => issue.assignees.filter(({ isDeleted }) => !isDeleted),
      (user) => actorOf(view, user),
    ),
    comments: connection(
      () => issue.comments,
      (comment) => commentShape(view, comment),
    ),
    projectItems: connection(
      () => issue.projectItems,
      (item) => projectItemShape(view, item),
    ),
  };
}

/** In GitHub's schema, and not yet in the types made of it. */
type Newer = Record<'parent' | 'subIssues' | 'subIssuesSummary', unknown>;

export function issueShape(view: View, issue: Issue): Shape<IssueFields & Newer> {
  const { parent } = issue;
  const summary = subIssuesSummary(issue);
  const issues = (list: () => Issue[]) =>
    connection(
      () => list().filter(({ repository }) => seen(view, repository)),
      (each) => issueShape(view, each),
    );
  return {
    __typename: 'Issue',
    ...issueFields(view, issue),
    id: nodeId(issue),
    databaseId: issue.id,
    fullDatabaseId: String(issue.id),
    state: issue.state.toUpperCase(),
    stateReason: issue.stateReason?.toUpperCase() ?? null,
    parent: () => (parent === null || !seen(view, parent.repository) ? null : issueShape(view, parent)),
    subIssues: issues(() => issue.subIssues),
    trackedIssues: issues(() => []),
    trackedInIssues: issues(() => []),
    subIssuesSummary: {
      total: summary.total,
      completed: summary.completed,
      percentCompleted: summary.percent_completed,
    },
    closedByPullRequestsReferences: connection(
      () => closers(issue),
      ({ pull }) => pull !== null && pullShape(view, pull),
    ),
  };
}

function closers(issue: Issue): Issue[] {
  return [...issue.repository.issues.values()].filter(
    (each) => each.pull !== null && closedBy(each).includes(issue),
  );
}

export interface IssueArguments extends PageArguments {
  states?: string[] | null;
  labels?: string[] | null;
  filterBy?: {
    assignee?: string | null;
    createdBy?: string | null;
    labels?: string[] | null;
    since?: string | null;
    states?: string[] | null;
  } | null;
  orderBy?: { field: string; direction: string } | null;
}

/** In the order of their opening, or as the arguments say. */
export function chosenIssues(issues: readonly Issue[], args: IssueArguments): Issue[] {
  const { filterBy } = args;
  const states = args.states ?? filterBy?.states;
  const labels = args.labels ?? filterBy?.labels;
  const since = Date.parse(filterBy?.since ?? '1970-01-01T00:00:00Z');
  const assignee = filterBy?.assignee?.toLowerCase();
  const chosen = issues.filter(
    (issue) =>
      (states?.includes(issue.state.toUpperCase()) ?? true) &&
      (labels?.some((name) => hasLabel(issue, name)) ?? true) &&
      (assignee === undefined || isAssigned(issue, assignee)) &&
      Date.parse(issue.updatedAt) >= since,
  );
  return ordered(chosen, args.orderBy);
}

export function ordered(issues: Issue[], order: IssueArguments['orderBy']): Issue[] {
  const rank = (issue: Issue): number => {
    if (order?.field === 'UPDATED_AT') return Date.parse(issue.updatedAt);
    return order?.field === 'COMMENTS' ? issue.comments.length : issue.number;
  };
  const sign = order?.direction === 'DESC' ? -1 : 1;
  return issues.sort((one, other) => sign * (rank(one) - rank(other) || one.number - other.number));
}

const hasLabel = ({ labels }: Issue, name: string) =>
  labels.some((label) => label.name.toLowerCase() === name.toLowerCase());

function isAssigned({ assignees }: Issue, login: string): boolean {
  if (login === '*') return assignees.length > 0;
  return assignees.some((user) => user.login.toLowerCase() === login);
}
