import { tell } from '../happenings.js';
import { now, register } from '../identity.js';
import { isAtLeast, roleOf } from '../people.js';
import { invalid, Refusal } from '../refusal.js';
import type { Pull, Review, ReviewComment, ReviewState, Side, Thread, User, World } from '../world.js';
import { changedFiles, hunkAt } from './diff.js';
import { checkText, touch } from './issues.js';

export interface NewThread {
  path: string;
  /** Null: about the file as a whole. */
  line: number | null;
  startLine?: number | null;
  side?: Side;
  body: string;
}

export interface NewReview {
  state: Exclude<ReviewState, 'DISMISSED' | 'PENDING'>;
  body?: string;
  /** The head when none is named. */
  commit?: string | undefined;
  comments?: readonly NewThread[];
}

/** A submitted review. Nothing of it is kept when a comment of it is not on the diff. */
export async function review(world: World, pull: Pull, by: User, wanted: NewReview): Promise<Review> {
  const { state, body = '', commit = pull.head.sha, comments = [] } = wanted;
  const { issue } = pull;
  if (by === issue.author && state !== 'COMMENTED') {
    const verb = state === 'APPROVED' ? 'approve' : 'request changes on';
    throw new Refusal(422, `Unprocessable Entity: Can not ${verb} your own pull request`);
  }
  if (body === '' && state !== 'APPROVED' && comments.length === 0)
    throw invalid({ resource: 'PullRequestReview', field: 'body', code: 'missing_field' });
  for (const text of [body, ...comments.map((each) => each.body)]) checkText('PullRequestReview', text);
  const hunks = await hunksOf(pull, commit, comments);
  const made = register<Review>(world, {
    kind: 'review',
    pull,
    author: by,
    state,
    body,
    commit,
    submittedAt: now(world),
  });
  pull.reviews.push(made);
  pull.requestedReviewers = pull.requestedReviewers.filter((user) => user !== by);
  touch(world, issue);
  const { repository } = issue;
  tell(world, { event: 'pull_request_review', action: 'submitted', by, repository, review: made });
  comments.forEach((each, index) => addThread(world, made, each, hunks[index] ?? ''));
  return made;
}

async function hunksOf(pull: Pull, commit: string, comments: readonly NewThread[]): Promise<string[]> {
  if (comments.length === 0) return [];
  const { git } = pull.issue.repository;
  const start = await git.git(['merge-base', pull.base.sha, commit]);
  const files = await changedFiles(git, start, commit);
  return comments.map(({ path, line, side = 'RIGHT' }) => {
    const file = files.find((each) => each.path === path);
    const hunk = line === null ? '' : hunkAt(file?.patch ?? null, line, side);
    if (file !== undefined && hunk !== null) return hunk;
    const field = file === undefined ? 'path' : 'line';
    throw invalid({
      resource: 'PullRequestReviewComment',
      code: 'custom',
      field: `pull_request_review_thread.${field}`,
      message: `pull_request_review_thread.${field} ${file === undefined ? 'is invalid' : 'must be part of the diff'}`,
    });
  });
}

function addThread(world: World, of: Review, wanted: NewThread, hunk: string): void {
  const thread = register<Thread>(world, {
    kind: 'thread',
    pull: of.pull,
    path: wanted.path,
    line: wanted.line,
    startLine: wanted.startLine ?? null,
    side: wanted.side ?? 'RIGHT',
    hunk,
    commit: of.commit,
    isOutdated: false,
    resolvedBy: null,
    comments: [],
  });
  of.pull.threads.push(thread);
  addComment(world, thread, of, wanted.body);
}

function addComment(world: World, thread: Thread, of: Review, body: string): ReviewComment {
  const at = now(world);
  const comment = register<ReviewComment>(world, {
    kind: 'reviewComment',
    thread,
    review: of,
    author: of.author,
    body,
    createdAt: at,
    updatedAt: at,
  });
  thread.comments.push(comment);
  const { repository } = of.pull.issue;
  tell(world, {
    event: 'pull_request_review_comment',
    action: 'created',
    by: of.author,
    repository,
    comment,
  });
  return comment;
}

/** A reply is, as on GitHub, a review of its own without a body. */
export function reply(world: World, thread: Thread, by: User, body: string): ReviewComment {
  checkText('PullRequestReviewComment', body);
  const { pull } = thread;
  const around = register<Review>(world, {
    kind: 'review',
    pull,
    author: by,
    state: 'COMMENTED',
    body: '',
    commit: pull.head.sha,
    submittedAt: now(world),
  });
  pull.reviews.push(around);
  touch(world, pull.issue);
  return addComment(world, thread, around, body);
}

export function dismiss(world: World, dismissed: Review, by: User): void {
  if (dismissed.state !== 'APPROVED' && dismissed.state !== 'CHANGES_REQUESTED')
    throw new Refusal(422, 'Can not dismiss a commented pull request review');
  dismissed.state = 'DISMISSED';
  const { repository } = dismissed.pull.issue;
  tell(world, { event: 'pull_request_review', action: 'dismissed', by, repository, review: dismissed });
}

export function setResolved(world: World, thread: Thread, by: User, isResolved: boolean): void {
  if ((thread.resolvedBy !== null) === isResolved) return;
  thread.resolvedBy = isResolved ? by : null;
  const { repository } = thread.pull.issue;
  const action = isResolved ? 'resolved' : 'unresolved';
  tell(world, { event: 'pull_request_review_thread', action, by, repository, thread });
}

/** The last opinion of each who may write: nobody else's counts for a merge. */
export function opinions({ reviews, issue }: Pull): Review[] {
  const last = new Map<User, Review>();
  for (const each of reviews)
    if (each.state !== 'COMMENTED' && each.state !== 'PENDING') last.set(each.author, each);
  return [...last.values()].filter(
    ({ author, state }) => state !== 'DISMISSED' && isAtLeast(roleOf(issue.repository, author), 'write'),
  );
}

export type Decision = 'APPROVED' | 'CHANGES_REQUESTED' | 'REVIEW_REQUIRED';

/** Null when nobody has an opinion and none is required. */
export function decisionOf(pull: Pull): Decision | null {
  const states = opinions(pull).map(({ state }) => state);
  if (states.includes('CHANGES_REQUESTED')) return 'CHANGES_REQUESTED';
  const required = pull.issue.repository.protections[pull.base.ref]?.requiredApprovals ?? 0;
  if (states.length < required) return 'REVIEW_REQUIRED';
  return states.length > 0 ? 'APPROVED' : null;
}
