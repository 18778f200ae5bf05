import type {
  PullRequestReview,
  PullRequestReviewComment,
  PullRequestReviewThread,
} from '@octokit/graphql-schema';
import { nodeId } from '../identity.js';
import { associationOf, issueWeb } from '../shapes/issue.js';
import type { Review, ReviewComment, Thread } from '../world.js';
import { connection } from './connection.js';
import { actorOf } from './people.js';
import { pullShape } from './pulls.js';
import { reactionGroups } from './reactions.js';
import type { Shape, View } from './view.js';

export function reviewShape(view: View, review: Review): Shape<PullRequestReview> {
  const { pull, author } = review;
  return {
    __typename: 'PullRequestReview',
    id: nodeId(review),
    fullDatabaseId: String(review.id),
    author: () => actorOf(view, author),
    authorAssociation: associationOf(pull.issue.repository, author),
    state: review.state,
    body: review.body,
    bodyText: review.body,
    commit: { __typename: 'Commit', oid: review.commit },
    submittedAt: review.submittedAt,
    createdAt: review.submittedAt,
    url: `${issueWeb(view.world, pull.issue)}#pullrequestreview-${review.id}`,
    pullRequest: () => pullShape(view, pull),
    viewerDidAuthor: author === view.user,
    reactionGroups: () => reactionGroups(view, review),
    comments: connection(
      () => pull.threads.flatMap(({ comments }) => comments).filter((each) => each.review === review),
      (comment) => reviewCommentShape(view, comment),
    ),
  };
}

export function threadShape(view: View, thread: Thread): Shape<PullRequestReviewThread> {
  const { line, startLine, side, isOutdated } = thread;
  return {
    __typename: 'PullRequestReviewThread',
    id: nodeId(thread),
    isResolved: thread.resolvedBy !== null,
    isOutdated,
    isCollapsed: thread.resolvedBy !== null,
    resolvedBy: () => actorOf(view, thread.resolvedBy),
    path: thread.path,
    line: isOutdated ? null : line,
    originalLine: line,
    startLine: isOutdated ? null : startLine,
    originalStartLine: startLine,
    diffSide: side,
    startDiffSide: startLine === null ? null : side,
    subjectType: line === null ? 'FILE' : 'LINE',
    viewerCanReply: true,
    viewerCanResolve: thread.resolvedBy === null,
    viewerCanUnresolve: thread.resolvedBy !== null,
    pullRequest: () => pullShape(view, thread.pull),
    comments: connection(
      () => thread.comments,
      (comment) => reviewCommentShape(view, comment),
    ),
  };
}

export function reviewCommentShape(view: View, comment: ReviewComment): Shape<PullRequestReviewComment> {
  const { thread, author } = comment;
  const { pull } = thread;
  const [first] = thread.comments;
  return {
    __typename: 'PullRequestReviewComment',
    id: nodeId(comment),
    fullDatabaseId: String(comment.id),
    author: () => actorOf(view, author),
    authorAssociation: associationOf(pull.issue.repository, author),
    body: comment.body,
    bodyText: comment.body,
    state: comment.review.state === 'PENDING' ? 'PENDING' : 'SUBMITTED',
    createdAt: comment.createdAt,
    updatedAt: comment.updatedAt,
    path: thread.path,
    line: thread.isOutdated ? null : thread.line,
    originalLine: thread.line,
    diffHunk: thread.hunk,
    outdated: thread.isOutdated,
    url: `${issueWeb(view.world, pull.issue)}#discussion_r${comment.id}`,
    replyTo: () => (first === undefined || first === comment ? null : reviewCommentShape(view, first)),
    pullRequestReview: () => reviewShape(view, comment.review),
    pullRequest: () => pullShape(view, pull),
    viewerDidAuthor: author === view.user,
  };
}
