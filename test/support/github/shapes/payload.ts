import type { Happening } from '../happenings.js';
import { nodeId } from '../identity.js';
import { repositoryApi } from '../links.js';
import type { World } from '../world.js';
import { appOf } from './app.js';
import { checkRunOf, minimalPull, statusOf } from './check.js';
import { commentOf, issueOf, labelOf } from './issue.js';
import { pullOf } from './pull.js';
import { repositoryOf } from './repository.js';
import { reviewCommentOf, reviewOf } from './review.js';
import { simpleUser } from './user.js';
import { openPulls } from '../acts/heads.js';

/** What a webhook says of a change. */
export function payloadOf(world: World, happening: Happening): object {
  const { by, repository } = happening;
  return {
    ...('action' in happening && { action: happening.action }),
    ...subjectOf(world, happening),
    repository: repositoryOf(world, repository, null),
    sender: simpleUser(world, by),
  };
}

function subjectOf(world: World, happening: Happening): object {
  const { repository, by } = happening;
  switch (happening.event) {
    case 'issues':
      return {
        issue: issueOf(world, happening.issue),
        ...('label' in happening && { label: labelOf(world, repository, happening.label) }),
        ...('assignee' in happening && { assignee: simpleUser(world, happening.assignee) }),
      };
    case 'issue_comment': {
      const { comment } = happening;
      return { issue: issueOf(world, comment.issue), comment: commentOf(world, comment) };
    }
    case 'pull_request': {
      const { pull } = happening;
      const shown = { ...pullOf(world, pull, null), merged: pull.mergedAt !== null };
      return {
        number: pull.issue.number,
        pull_request: shown,
        ...('label' in happening && { label: labelOf(world, repository, happening.label) }),
        ...('assignee' in happening && { assignee: simpleUser(world, happening.assignee) }),
        ...('reviewer' in happening && { requested_reviewer: simpleUser(world, happening.reviewer) }),
        ...('before' in happening && { before: happening.before, after: happening.after }),
      };
    }
    case 'pull_request_review': {
      const { review } = happening;
      // Webhooks have the state in small letters.
      const shown = { ...reviewOf(world, review), state: review.state.toLowerCase() };
      return { review: shown, pull_request: pullOf(world, review.pull, null) };
    }
    case 'pull_request_review_comment': {
      const { comment } = happening;
      const pull = pullOf(world, comment.thread.pull, null);
      return { comment: reviewCommentOf(world, comment), pull_request: pull };
    }
    case 'pull_request_review_thread': {
      const { thread } = happening;
      const comments = thread.comments.map((comment) => reviewCommentOf(world, comment));
      return {
        thread: { node_id: nodeId(thread), comments },
        pull_request: pullOf(world, thread.pull, null),
      };
    }
    case 'check_run':
      return { check_run: checkRunOf(world, repository, happening.checkRun) };
    case 'check_suite': {
      const { suite } = happening;
      const pulls = openPulls(repository).filter(({ head }) => head.sha === suite.sha);
      return {
        check_suite: {
          id: suite.id,
          node_id: nodeId(suite),
          head_sha: suite.sha,
          status: happening.action === 'completed' ? 'completed' : 'queued',
          url: repositoryApi(world, repository, `/check-suites/${suite.id}`),
          pull_requests: pulls.map((pull) => minimalPull(world, pull)),
          app: appOf(world, suite.app),
          created_at: suite.createdAt,
        },
      };
    }
    case 'status':
      return { sha: happening.status.sha, ...statusOf(world, repository, happening.status) };
    case 'push': {
      const { ref, before, after } = happening;
      const none = /^0+$/;
      const pusher = { name: by.login };
      return {
        ref,
        before,
        after,
        created: none.test(before),
        deleted: none.test(after),
        pusher,
      };
    }
    case 'workflow_run': {
      const { run } = happening;
      return {
        workflow_run: { id: run.id, name: run.name, head_sha: run.sha, head_branch: run.branch },
      };
    }
  }
}
