import type { IssueComment } from '@octokit/graphql-schema';
import { nodeId } from '../identity.js';
import { associationOf, issueWeb } from '../shapes/issue.js';
import type { Comment } from '../world.js';
import { issueShape } from './issues.js';
import { actorOf } from './people.js';
import { pullShape } from './pulls.js';
import { reactionGroups } from './reactions.js';
import { repositoryShape } from './repositories.js';
import type { Shape, View } from './view.js';

export function commentShape(view: View, comment: Comment): Shape<IssueComment> {
  const { issue } = comment;
  const { pull } = issue;
  return {
    __typename: 'IssueComment',
    id: nodeId(comment),
    databaseId: comment.id,
    fullDatabaseId: String(comment.id),
    author: () => actorOf(view, comment.author),
    authorAssociation: associationOf(issue.repository, comment.author),
    body: comment.body,
    bodyText: comment.body,
    createdAt: comment.createdAt,
    updatedAt: comment.updatedAt,
    lastEditedAt: comment.updatedAt === comment.createdAt ? null : comment.updatedAt,
    isMinimized: false,
    url: `${issueWeb(view.world, issue)}#issuecomment-${comment.id}`,
    issue: () => issueShape(view, issue),
    pullRequest: () => (pull === null ? null : pullShape(view, pull)),
    repository: () => repositoryShape(view, issue.repository),
    viewerDidAuthor: comment.author === view.user,
    reactionGroups: () => reactionGroups(view, comment),
  };
}
