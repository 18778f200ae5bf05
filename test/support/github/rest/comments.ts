import { z } from 'zod';
import { requireRole } from '../access.js';
import * as acts from '../acts/issues.js';
import { empty, json } from '../exchange.js';
import { notFound, Refusal } from '../refusal.js';
import { commentOf } from '../shapes/issue.js';
import type { Comment } from '../world.js';
import { issueIn } from './issues.js';
import type { RepositoryCall, Route } from './route.js';
import { below, number, paged, readBody, userOf } from './route.js';

const Body = z.object({ body: z.string() });

export const commentRoutes: Route[] = [
  below('GET /issues/comments', { issues: 'read' }, (call) => {
    const all = [...call.repository.issues.values()].flatMap(({ comments }) => comments);
    return paged(call, changedSince(call, all), (comment) => commentOf(call.world, comment));
  }),

  below('GET /issues/comments/:id', { issues: 'read' }, (call) =>
    json(200, commentOf(call.world, commentIn(call))),
  ),

  below('PATCH /issues/comments/:id', { issues: 'write' }, (call) => {
    const comment = commentIn(call);
    const user = userOf(call);
    if (comment.author !== user) requireRole(call.viewer, call.repository, 'write');
    acts.editComment(call.world, comment, user, readBody(call, Body).body);
    return json(200, commentOf(call.world, comment));
  }),

  below('DELETE /issues/comments/:id', { issues: 'write' }, (call) => {
    const comment = commentIn(call);
    const user = userOf(call);
    if (comment.author !== user) requireRole(call.viewer, call.repository, 'write');
    acts.deleteComment(call.world, comment, user);
    return empty(204);
  }),

  below('GET /issues/:number/comments', { issues: 'read' }, (call) =>
    paged(call, changedSince(call, issueIn(call).comments), (comment) => commentOf(call.world, comment)),
  ),

  below('POST /issues/:number/comments', { issues: 'write' }, (call) => {
    const issue = issueIn(call);
    if (issue.isLocked) requireUnlocked(call);
    const comment = acts.comment(call.world, issue, userOf(call), readBody(call, Body).body);
    const shown = commentOf(call.world, comment);
    return json(201, shown, { location: shown.url });
  }),
];

function requireUnlocked(call: RepositoryCall): void {
  try {
    requireRole(call.viewer, call.repository, 'write');
  } catch {
    throw new Refusal(403, 'Unable to create comment because issue is locked.');
  }
}

function commentIn(call: RepositoryCall): Comment {
  const id = number(call, 'id');
  for (const issue of call.repository.issues.values()) {
    const found = issue.comments.find((comment) => comment.id === id);
    if (found !== undefined) return found;
  }
  throw notFound();
}

function changedSince(call: RepositoryCall, comments: readonly Comment[]): Comment[] {
  const since = Date.parse(call.asked.query.get('since') ?? '1970-01-01T00:00:00Z');
  return comments.filter(({ updatedAt }) => Date.parse(updatedAt) >= since);
}
