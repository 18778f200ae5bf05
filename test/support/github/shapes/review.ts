import { nodeId } from '../identity.js';
import { repositoryApi } from '../links.js';
import type { Pull, Review, ReviewComment, World } from '../world.js';
import { associationOf, issueWeb, reactionsOf } from './issue.js';
import type { Schemas } from './schemas.js';
import { userOrNull } from './user.js';

const pullUrl = (world: World, { issue }: Pull) =>
  repositoryApi(world, issue.repository, `/pulls/${issue.number}`);

export function reviewOf(world: World, review: Review): Schemas['pull-request-review'] {
  const { pull, author } = review;
  const html = `${issueWeb(world, pull.issue)}#pullrequestreview-${review.id}`;
  return {
    id: review.id,
    node_id: nodeId(review),
    user: userOrNull(world, author),
    body: review.body,
    state: review.state,
    html_url: html,
    pull_request_url: pullUrl(world, pull),
    _links: { html: { href: html }, pull_request: { href: pullUrl(world, pull) } },
    submitted_at: review.submittedAt,
    commit_id: review.commit,
    author_association: associationOf(pull.issue.repository, author),
  };
}

/** A line that the head no longer has is left out, and is in the original one. */
export function reviewCommentOf(
  world: World,
  comment: ReviewComment,
): Schemas['pull-request-review-comment'] {
  const { thread, author } = comment;
  const { pull, line, startLine, side } = thread;
  const { repository } = pull.issue;
  const url = repositoryApi(world, repository, `/pulls/comments/${comment.id}`);
  const html = `${issueWeb(world, pull.issue)}#discussion_r${comment.id}`;
  const [first] = thread.comments;
  return {
    url,
    id: comment.id,
    node_id: nodeId(comment),
    pull_request_review_id: comment.review.id,
    diff_hunk: thread.hunk,
    path: thread.path,
    commit_id: thread.isOutdated ? thread.commit : pull.head.sha,
    original_commit_id: thread.commit,
    ...(first === undefined || first === comment ? {} : { in_reply_to_id: first.id }),
    user: userOrNull(world, author),
    body: comment.body,
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    html_url: html,
    pull_request_url: pullUrl(world, pull),
    author_association: associationOf(repository, author),
    _links: {
      self: { href: url },
      html: { href: html },
      pull_request: { href: pullUrl(world, pull) },
    },
    start_line: thread.isOutdated ? null : startLine,
    original_start_line: startLine,
    start_side: startLine === null ? null : side,
    ...(line === null || thread.isOutdated ? {} : { line }),
    ...(line === null ? {} : { original_line: line }),
    side,
    subject_type: line === null ? 'file' : 'line',
    reactions: reactionsOf(`${url}/reactions`),
  };
}
