import type { ChangedFile } from '../acts/diff.js';
import { nodeId } from '../identity.js';
import { repositoryApi, repositoryWeb } from '../links.js';
import type { MergeState } from '../acts/merges.js';
import type { Pull, Repository, User, World } from '../world.js';
import { associationOf, issueWeb, labelOf } from './issue.js';
import { repositoryOf } from './repository.js';
import type { Schemas } from './schemas.js';
import { simpleUser } from './user.js';

/** A pull request as lists have it. */
export function pullOf(world: World, pull: Pull, viewer: User | null) {
  const { issue } = pull;
  const { repository, number } = issue;
  const url = repositoryApi(world, repository, `/pulls/${number}`);
  const issueUrl = repositoryApi(world, repository, `/issues/${number}`);
  const web = issueWeb(world, issue);
  const statuses = repositoryApi(world, repository, `/statuses/${pull.head.sha}`);
  const reviewComment = repositoryApi(world, repository, '/pulls/comments{/number}');
  const assignees = issue.assignees.map((user) => simpleUser(world, user));
  return {
    id: pull.id,
    node_id: nodeId(pull),
    url,
    html_url: web,
    diff_url: `${web}.diff`,
    patch_url: `${web}.patch`,
    issue_url: issueUrl,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: reviewComment,
    comments_url: `${issueUrl}/comments`,
    statuses_url: statuses,
    number,
    state: issue.state,
    locked: issue.isLocked,
    title: issue.title,
    user: simpleUser(world, issue.author),
    body: issue.body,
    labels: issue.labels
      .map((label) => labelOf(world, repository, label))
      .map((label) => ({ ...label, description: label.description ?? '' })),
    milestone: null,
    active_lock_reason: null,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt,
    merged_at: pull.mergedAt,
    merge_commit_sha: pull.mergeCommit,
    assignee: assignees[0] ?? null,
    assignees,
    requested_reviewers: pull.requestedReviewers.map((user) => simpleUser(world, user)),
    requested_teams: [],
    head: endOf(world, repository, pull.head, viewer),
    base: endOf(world, repository, pull.base, viewer),
    _links: {
      self: { href: url },
      html: { href: web },
      issue: { href: issueUrl },
      comments: { href: `${issueUrl}/comments` },
      review_comments: { href: `${url}/comments` },
      review_comment: { href: reviewComment },
      commits: { href: `${url}/commits` },
      statuses: { href: statuses },
    },
    author_association: associationOf(repository, issue.author),
    auto_merge: autoMergeOf(world, pull),
    draft: pull.isDraft,
  } satisfies Schemas['pull-request-simple'];
}

function endOf(world: World, repository: Repository, { ref, sha }: Pull['head'], viewer: User | null) {
  return {
    label: `${repository.owner.login}:${ref}`,
    ref,
    sha,
    user: simpleUser(world, repository.owner),
    repo: repositoryOf(world, repository, viewer),
  };
}

function autoMergeOf(world: World, { autoMerge, issue }: Pull): Schemas['auto-merge'] {
  if (autoMerge === null) return null;
  return {
    enabled_by: simpleUser(world, autoMerge.by),
    merge_method: autoMerge.method,
    commit_title: issue.title,
    commit_message: '',
  };
}

/** What is found out of a pull request by asking git. */
export interface Findings {
  mergeable: boolean | null;
  state: MergeState;
  files: readonly ChangedFile[];
  commits: number;
}

export function wholePullOf(
  world: World,
  pull: Pull,
  viewer: User | null,
  { mergeable, state, files, commits }: Findings,
): Schemas['pull-request'] {
  return {
    ...pullOf(world, pull, viewer),
    merged: pull.mergedAt !== null,
    mergeable,
    rebaseable: mergeable,
    mergeable_state: state,
    merged_by: pull.mergedBy === null ? null : simpleUser(world, pull.mergedBy),
    comments: pull.issue.comments.length,
    review_comments: pull.threads.reduce((sum, { comments }) => sum + comments.length, 0),
    maintainer_can_modify: false,
    commits,
    additions: files.reduce((sum, file) => sum + file.additions, 0),
    deletions: files.reduce((sum, file) => sum + file.deletions, 0),
    changed_files: files.length,
  };
}

export function fileOf(
  world: World,
  repository: Repository,
  file: ChangedFile,
  sha: string,
): Schemas['diff-entry'] {
  const path = file.path.split('/').map(encodeURIComponent).join('/');
  return {
    sha: file.blob,
    filename: file.path,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: repositoryWeb(world, repository, `/blob/${sha}/${path}`),
    raw_url: repositoryWeb(world, repository, `/raw/${sha}/${path}`),
    contents_url: repositoryApi(world, repository, `/contents/${path}?ref=${sha}`),
    ...(file.patch === null ? {} : { patch: file.patch }),
    ...(file.previousPath === null ? {} : { previous_filename: file.previousPath }),
  };
}
