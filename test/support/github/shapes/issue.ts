import { blockedOn } from '../acts/relations.js';
import { nodeId } from '../identity.js';
import { repositoryApi, repositoryWeb } from '../links.js';
import type { Comment, Issue, Label, Repository, User, World } from '../world.js';
import { integrationOf } from './app.js';
import type { Schemas } from './schemas.js';
import { simpleUser } from './user.js';

export function labelOf(world: World, repository: Repository, label: Label): Schemas['label'] {
  return {
    id: label.id,
    node_id: nodeId(label),
    url: repositoryApi(world, repository, `/labels/${encodeURIComponent(label.name)}`),
    name: label.name,
    color: label.color,
    default: false,
    description: label.description,
  };
}

export function associationOf(repository: Repository, user: User): Schemas['author-association'] {
  if (repository.owner === user) return 'OWNER';
  if (repository.roles.has(user)) return 'COLLABORATOR';
  return 'NONE';
}

/** The page of an issue or a pull request. */
export function issueWeb(world: World, { repository, number, pull }: Issue): string {
  return repositoryWeb(world, repository, `/${pull === null ? 'issues' : 'pull'}/${number}`);
}

export function issueOf(world: World, issue: Issue): Schemas['issue'] {
  const { repository, number, pull, parent } = issue;
  const url = repositoryApi(world, repository, `/issues/${number}`);
  const assignees = issue.assignees.map((user) => simpleUser(world, user));
  return {
    id: issue.id,
    node_id: nodeId(pull ?? issue),
    url,
    repository_url: repositoryApi(world, repository),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    timeline_url: `${url}/timeline`,
    html_url: issueWeb(world, issue),
    number,
    title: issue.title,
    body: issue.body,
    user: simpleUser(world, issue.author),
    author_association: associationOf(repository, issue.author),
    state: issue.state,
    state_reason: issue.stateReason,
    labels: issue.labels.map((label) => labelOf(world, repository, label)),
    assignee: assignees[0] ?? null,
    assignees,
    milestone: null,
    locked: issue.isLocked,
    active_lock_reason: null,
    comments: issue.comments.length,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt,
    closed_by: issue.closedBy === null ? null : simpleUser(world, issue.closedBy),
    reactions: reactionsOf(`${url}/reactions`),
    performed_via_github_app: integrationOf(world, issue.author.app),
    parent_issue_url:
      parent === null ? null : repositoryApi(world, parent.repository, `/issues/${parent.number}`),
    sub_issues_summary: subIssuesSummary(issue),
    issue_dependencies_summary: dependenciesSummary(world, issue),
    ...(pull === null ? {} : { draft: pull.isDraft, pull_request: pullLinks(world, issue) }),
  };
}

function pullLinks(world: World, issue: Issue): NonNullable<Schemas['issue']['pull_request']> {
  const { repository, number, pull } = issue;
  const web = issueWeb(world, issue);
  return {
    url: repositoryApi(world, repository, `/pulls/${number}`),
    html_url: web,
    diff_url: `${web}.diff`,
    patch_url: `${web}.patch`,
    merged_at: pull?.mergedAt ?? null,
  };
}

export function subIssuesSummary({ subIssues }: Issue): Schemas['sub-issues-summary'] {
  const completed = subIssues.filter(({ state }) => state === 'closed').length;
  const percent = subIssues.length === 0 ? 0 : Math.round((completed / subIssues.length) * 100);
  return { total: subIssues.length, completed, percent_completed: percent };
}

function dependenciesSummary(world: World, issue: Issue): Schemas['issue-dependencies-summary'] {
  const blocking = blockedOn(world, issue);
  const isOpen = ({ state }: Issue) => state === 'open';
  return {
    blocked_by: issue.blockedBy.filter(isOpen).length,
    total_blocked_by: issue.blockedBy.length,
    blocking: blocking.filter(isOpen).length,
    total_blocking: blocking.length,
  };
}

export function reactionsOf(url: string): Schemas['reaction-rollup'] {
  return {
    url,
    total_count: 0,
    '+1': 0,
    '-1': 0,
    laugh: 0,
    hooray: 0,
    confused: 0,
    heart: 0,
    rocket: 0,
    eyes: 0,
  };
}

export function commentOf(world: World, comment: Comment): Schemas['issue-comment'] {
  const { issue } = comment;
  const url = repositoryApi(world, issue.repository, `/issues/comments/${comment.id}`);
  return {
    id: comment.id,
    node_id: nodeId(comment),
    url,
    html_url: `${issueWeb(world, issue)}#issuecomment-${comment.id}`,
    issue_url: repositoryApi(world, issue.repository, `/issues/${issue.number}`),
    body: comment.body,
    user: simpleUser(world, comment.author),
    author_association: associationOf(issue.repository, comment.author),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    performed_via_github_app: integrationOf(world, comment.author.app),
    reactions: reactionsOf(`${url}/reactions`),
  };
}
