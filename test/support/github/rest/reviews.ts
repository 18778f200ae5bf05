import { z } from 'zod';
import { requireRole } from '../access.js';
import { requestReviews, withdrawReviews } from '../acts/pulls.js';
import type { NewReview } from '../acts/reviews.js';
import { dismiss, reply, review } from '../acts/reviews.js';
import { json } from '../exchange.js';
import { findUser } from '../people.js';
import { notFound, Refusal } from '../refusal.js';
import { pullOf } from '../shapes/pull.js';
import { reviewCommentOf, reviewOf } from '../shapes/review.js';
import { simpleUser } from '../shapes/user.js';
import type { Review, ReviewComment, User } from '../world.js';
import { mayBeAssigned } from './issues.js';
import { pullIn } from './pulls.js';
import type { RepositoryCall, Route } from './route.js';
import { below, number, paged, readBody, userOf } from './route.js';

const Line = {
  path: z.string(),
  line: z.number().int().optional(),
  start_line: z.number().int().optional(),
  side: z.enum(['LEFT', 'RIGHT']).optional(),
  body: z.string(),
};
const NewReview = z.object({
  event: z.enum(['APPROVE', 'REQUEST_CHANGES', 'COMMENT']),
  body: z.string().optional(),
  commit_id: z.string().optional(),
  comments: z.array(z.object(Line)).default([]),
});
const NewComment = z.object({
  ...Line,
  commit_id: z.string(),
  subject_type: z.enum(['line', 'file']).optional(),
});
const states = { APPROVE: 'APPROVED', REQUEST_CHANGES: 'CHANGES_REQUESTED', COMMENT: 'COMMENTED' } as const;

export const reviewRoutes: Route[] = [
  below('GET /pulls/comments', { pull_requests: 'read' }, (call) =>
    paged(call, allComments(call), (comment) => reviewCommentOf(call.world, comment)),
  ),

  below('GET /pulls/comments/:id', { pull_requests: 'read' }, (call) =>
    json(200, reviewCommentOf(call.world, commentWith(call, number(call, 'id')))),
  ),

  below('GET /pulls/:number/reviews', { pull_requests: 'read' }, (call) =>
    paged(call, pullIn(call).reviews, (each) => reviewOf(call.world, each)),
  ),

  below('POST /pulls/:number/reviews', { pull_requests: 'write' }, async (call) => {
    const { event, body, commit_id, comments } = readBody(call, NewReview);
    const wanted: NewReview = {
      state: states[event],
      body: body ?? '',
      commit: commit_id,
      comments: comments.map(threadOf),
    };
    const made = await review(call.world, pullIn(call), userOf(call), wanted);
    return json(200, reviewOf(call.world, made));
  }),

  below('GET /pulls/:number/reviews/:id', { pull_requests: 'read' }, (call) =>
    json(200, reviewOf(call.world, reviewIn(call))),
  ),

  below('PUT /pulls/:number/reviews/:id/dismissals', { pull_requests: 'write' }, (call) => {
    requireRole(call.viewer, call.repository, 'write');
    readBody(call, z.object({ message: z.string() }));
    const dismissed = reviewIn(call);
    dismiss(call.world, dismissed, userOf(call));
    return json(200, reviewOf(call.world, dismissed));
  }),

  below('GET /pulls/:number/comments', { pull_requests: 'read' }, (call) => {
    const comments = pullIn(call).threads.flatMap((thread) => thread.comments);
    return paged(call, comments, (comment) => reviewCommentOf(call.world, comment));
  }),

  below('POST /pulls/:number/comments', { pull_requests: 'write' }, async (call) => {
    const wanted = readBody(call, NewComment);
    const made = await review(call.world, pullIn(call), userOf(call), {
      state: 'COMMENTED',
      commit: wanted.commit_id,
      comments: [threadOf(wanted)],
    });
    const comment = allComments(call).find((each) => each.review === made);
    if (comment === undefined) throw notFound();
    return json(201, reviewCommentOf(call.world, comment));
  }),

  below('POST /pulls/:number/comments/:id/replies', { pull_requests: 'write' }, (call) => {
    const { thread } = commentWith(call, number(call, 'id'));
    if (thread.pull !== pullIn(call)) throw notFound();
    const { body } = readBody(call, z.object({ body: z.string() }));
    return json(201, reviewCommentOf(call.world, reply(call.world, thread, userOf(call), body)));
  }),

  below('GET /pulls/:number/requested_reviewers', { pull_requests: 'read' }, (call) => {
    const users = pullIn(call).requestedReviewers.map((user) => simpleUser(call.world, user));
    return json(200, { users, teams: [] });
  }),

  below('POST /pulls/:number/requested_reviewers', { pull_requests: 'write' }, (call) => {
    const pull = pullIn(call);
    requestReviews(call.world, pull, userOf(call), reviewersNamed(call));
    return json(201, pullOf(call.world, pull, call.viewer.user));
  }),

  below('DELETE /pulls/:number/requested_reviewers', { pull_requests: 'write' }, (call) => {
    const pull = pullIn(call);
    withdrawReviews(call.world, pull, userOf(call), reviewersNamed(call));
    return json(200, pullOf(call.world, pull, call.viewer.user));
  }),
];

function threadOf({ path, line, start_line, side = 'RIGHT', body }: z.infer<z.ZodObject<typeof Line>>) {
  return { path, line: line ?? null, startLine: start_line ?? null, side, body };
}

const allComments = ({ repository }: RepositoryCall): ReviewComment[] =>
  [...repository.issues.values()].flatMap(
    ({ pull }) => pull?.threads.flatMap(({ comments }) => comments) ?? [],
  );

function commentWith(call: RepositoryCall, id: number): ReviewComment {
  const found = allComments(call).find((comment) => comment.id === id);
  if (found === undefined) throw notFound();
  return found;
}

function reviewIn(call: RepositoryCall): Review {
  const id = number(call, 'id');
  const found = pullIn(call).reviews.find((each) => each.id === id);
  if (found === undefined) throw notFound();
  return found;
}

function reviewersNamed(call: RepositoryCall): User[] {
  const { reviewers } = readBody(call, z.object({ reviewers: z.array(z.string()).default([]) }));
  return reviewers.map((login) => {
    const user = findUser(call.world, login);
    if (user !== undefined && mayBeAssigned(call.repository, user)) return user;
    const { owner, name } = call.repository;
    const message = `Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the ${owner.login}/${name} repository.`;
    throw new Refusal(422, message);
  });
}
