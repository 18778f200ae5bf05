import { checkAccess, requireRole } from '../access.js';
import { dequeue, disableAutoMerge, enableAutoMerge, enqueue } from '../acts/auto-merge.js';
import { deleteIssue } from '../acts/moves.js';
import { react } from '../acts/reactions.js';
import { setDraft } from '../acts/pulls.js';
import { reply, setResolved } from '../acts/reviews.js';
import { Refusal } from '../refusal.js';
import type { MergeMethod, Pull, Thread } from '../world.js';
import { pullShape, queueEntryShape } from './pulls.js';
import { repositoryShape } from './repositories.js';
import { reviewCommentShape, threadShape } from './reviews.js';
import type { View } from './view.js';
import { graphqlError } from './view.js';

interface Input {
  clientMutationId?: string | null;
}
type OfPull = Input & { pullRequestId: string };
type OfThread = Input & { threadId: string };

export function mutationsOf(view: View) {
  const { world, user } = view;
  const onPull = (act: (pull: Pull) => void) =>
    mutation<OfPull>(({ pullRequestId }) => {
      const pull = pullWith(view, pullRequestId);
      act(pull);
      return { pullRequest: pullShape(view, pull) };
    });
  const onThread = (isResolved: boolean) =>
    mutation<OfThread>(({ threadId }) => {
      const thread = threadWith(view, threadId);
      setResolved(world, thread, user, isResolved);
      return { thread: threadShape(view, thread) };
    });
  return {
    markPullRequestReadyForReview: onPull((pull) => setDraft(world, pull, user, false)),
    convertPullRequestToDraft: onPull((pull) => setDraft(world, pull, user, true)),
    resolveReviewThread: onThread(true),
    unresolveReviewThread: onThread(false),
    deleteIssue: mutation<Input & { issueId: string }>(({ issueId }) => {
      const issue = view.world.nodes.get(issueId);
      if (issue?.kind !== 'issue' || !issue.repository.issues.has(issue.number)) throw unknownNode(issueId);
      const { repository } = issue;
      checkAccess(view.viewer, repository, { issues: 'write' });
      requireRole(view.viewer, repository, 'admin');
      deleteIssue(world, issue, user);
      return { repository: repositoryShape(view, repository) };
    }),
    addReaction: mutation<Input & { subjectId: string; content: string }>(({ subjectId, content }) => {
      const subject = view.world.nodes.get(subjectId);
      if (subject?.kind !== 'comment' && subject?.kind !== 'review') throw unknownNode(subjectId);
      const { repository } = subject.kind === 'comment' ? subject.issue : subject.pull.issue;
      checkAccess(view.viewer, repository, { issues: 'write' });
      react(world, subject, user, content);
      return { reaction: { __typename: 'Reaction', content } };
    }),
    addPullRequestReviewThreadReply: mutation<Input & { pullRequestReviewThreadId: string; body: string }>(
      ({ pullRequestReviewThreadId, body }) => {
        const thread = threadWith(view, pullRequestReviewThreadId);
        return { comment: reviewCommentShape(view, reply(world, thread, user, body)) };
      },
    ),
    enablePullRequestAutoMerge: mutation<OfPull & { mergeMethod?: string | null }>(async (input) => {
      const pull = pullWith(view, input.pullRequestId, 'write');
      const method = (input.mergeMethod ?? 'MERGE').toLowerCase() as MergeMethod;
      await enableAutoMerge(world, pull, user, method);
      return { actor: null, pullRequest: pullShape(view, pull) };
    }),
    disablePullRequestAutoMerge: onPull((pull) => disableAutoMerge(world, pull, user)),
    enqueuePullRequest: mutation<OfPull & { expectedHeadOid?: string | null }>((input) => {
      const pull = pullWith(view, input.pullRequestId, 'write');
      const entry = enqueue(world, pull, user, input.expectedHeadOid);
      return { mergeQueueEntry: queueEntryShape(view, entry) };
    }),
    dequeuePullRequest: mutation<Input & { id: string }>(({ id }) => {
      const entry = dequeue(world, pullWith(view, id, 'write'), user);
      return { mergeQueueEntry: queueEntryShape(view, entry) };
    }),
  };
}

/** What is refused is an error of the answer, with GitHub's type of it. */
function mutation<I extends Input>(act: (input: I) => object | Promise<object>) {
  return async ({ input }: { input: I }) => {
    try {
      return { clientMutationId: input.clientMutationId ?? null, ...(await act(input)) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const types: Record<number, string> = { 403: 'FORBIDDEN', 404: 'NOT_FOUND' };
      throw graphqlError(types[error.status] ?? 'UNPROCESSABLE', error.message);
    }
  };
}

function pullWith(view: View, id: string, least: 'read' | 'write' = 'read'): Pull {
  const node = view.world.nodes.get(id);
  if (node?.kind !== 'pull') throw unknownNode(id);
  checkAccess(view.viewer, node.issue.repository, { pull_requests: 'write' });
  if (node.issue.author !== view.user || least === 'write')
    requireRole(view.viewer, node.issue.repository, 'write');
  return node;
}

function threadWith(view: View, id: string): Thread {
  const node = view.world.nodes.get(id);
  if (node?.kind !== 'thread') throw unknownNode(id);
  checkAccess(view.viewer, node.pull.issue.repository, { pull_requests: 'write' });
  return node;
}

const unknownNode = (id: string) =>
  new Refusal(404, `Could not resolve to a node with the global id of '${id}'`);
