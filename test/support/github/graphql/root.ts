import type { Query, RateLimit } from '@octokit/graphql-schema';
import { findRepository } from '../access.js';
import type { Node } from '../world.js';
import { commentShape } from './comments.js';
import { issueShape } from './issues.js';
import { actorOf } from './people.js';
import { projectItemShape } from './projects.js';
import { pullShape } from './pulls.js';
import { reviewCommentShape, reviewShape, threadShape } from './reviews.js';
import { repositoryShape } from './repositories.js';
import type { Shape, View } from './view.js';
import { graphqlError, seen } from './view.js';

const mostIds = 100;

export function rootOf(view: View): Shape<Query> {
  return {
    __typename: 'Query',
    // A bot's own login has the ending that its comments' author has not.
    viewer: () => ({ ...actorOf(view, view.user), login: view.user.login }),
    rateLimit: () => rateLimit(view),
    repository: ({ owner, name }: { owner: string; name: string }) => {
      // It follows a rename, as GitHub does.
      const repository = findRepository(view.world, `${owner}/${name}`)?.found;
      if (repository !== undefined && seen(view, repository)) return repositoryShape(view, repository);
      const message = `Could not resolve to a Repository with the name '${owner}/${name}'.`;
      throw graphqlError('NOT_FOUND', message);
    },
    node: ({ id }: { id: string }) => nodeShape(view, id),
    nodes: ({ ids }: { ids: string[] }) => {
      if (ids.length <= mostIds) return ids.map((id) => orError(() => nodeShape(view, id)));
      const message = `You may not provide more than ${mostIds} node ids; you provided ${ids.length}.`;
      throw graphqlError('ARGUMENT_LIMIT', message);
    },
  };
}

/** One node that is not there leaves the others their places. */
function orError(shape: () => unknown): unknown {
  try {
    return shape();
  } catch (error) {
    return error;
  }
}

function rateLimit({ limits, user, cost }: View): Shape<RateLimit> {
  const { limit, remaining, used, reset } = limits.of(user, 'graphql');
  return {
    __typename: 'RateLimit',
    limit,
    remaining,
    used,
    cost,
    nodeCount: 0,
    resetAt: new Date(reset * 1000).toISOString(),
  };
}

function nodeShape(view: View, id: string): unknown {
  const node = view.world.nodes.get(id);
  const shape = node === undefined ? null : shapeOf(view, node);
  if (shape !== null) return shape;
  throw graphqlError('NOT_FOUND', `Could not resolve to a node with the global id of '${id}'`);
}

/** Null for what the viewer must not see, and for what is gone. */
function shapeOf(view: View, node: Node): unknown {
  switch (node.kind) {
    case 'user':
      return actorOf(view, node);
    case 'repository':
      return seen(view, node) ? repositoryShape(view, node) : null;
    case 'issue': {
      const { repository, number } = node;
      const isThere = repository.issues.get(number) === node && node.pull === null;
      return isThere && seen(view, repository) ? issueShape(view, node) : null;
    }
    case 'comment': {
      const isThere = node.issue.comments.includes(node);
      return isThere && seen(view, node.issue.repository) ? commentShape(view, node) : null;
    }
    case 'pull':
      return seen(view, node.issue.repository) ? pullShape(view, node) : null;
    case 'projectItem':
      return seen(view, node.issue.repository) ? projectItemShape(view, node) : null;
    case 'review':
      return seen(view, node.pull.issue.repository) ? reviewShape(view, node) : null;
    case 'thread':
      return seen(view, node.pull.issue.repository) ? threadShape(view, node) : null;
    case 'reviewComment':
      return seen(view, node.thread.pull.issue.repository) ? reviewCommentShape(view, node) : null;
    default:
      return null;
  }
}
