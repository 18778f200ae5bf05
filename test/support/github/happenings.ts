import type {
  CheckRun,
  CheckSuite,
  Comment,
  CommitStatus,
  Issue,
  Label,
  Pull,
  Repository,
  Review,
  ReviewComment,
  Thread,
  User,
  WorkflowRun,
  World,
} from './world.js';

/** A change of the world, by the name and the action of the webhook that tells of it. */
export type Happening = { by: User; repository: Repository } & (
  | {
      event: 'issues';
      action: 'opened' | 'edited' | 'closed' | 'reopened' | 'deleted' | 'transferred';
      issue: Issue;
    }
  | { event: 'issues'; action: 'labeled' | 'unlabeled'; issue: Issue; label: Label }
  | { event: 'issues'; action: 'assigned' | 'unassigned'; issue: Issue; assignee: User }
  | { event: 'issue_comment'; action: 'created' | 'edited' | 'deleted'; comment: Comment }
  | {
      event: 'pull_request';
      action:
        | 'opened'
        | 'edited'
        | 'closed'
        | 'reopened'
        | 'ready_for_review'
        | 'converted_to_draft'
        | 'auto_merge_enabled'
        | 'auto_merge_disabled'
        | 'enqueued'
        | 'dequeued';
      pull: Pull;
    }
  | { event: 'pull_request'; action: 'labeled' | 'unlabeled'; pull: Pull; label: Label }
  | { event: 'pull_request'; action: 'assigned' | 'unassigned'; pull: Pull; assignee: User }
  | {
      event: 'pull_request';
      action: 'review_requested' | 'review_request_removed';
      pull: Pull;
      reviewer: User;
    }
  | { event: 'pull_request'; action: 'synchronize'; pull: Pull; before: string; after: string }
  | { event: 'pull_request_review'; action: 'submitted' | 'dismissed' | 'edited'; review: Review }
  | {
      event: 'pull_request_review_comment';
      action: 'created' | 'edited' | 'deleted';
      comment: ReviewComment;
    }
  | { event: 'pull_request_review_thread'; action: 'resolved' | 'unresolved'; thread: Thread }
  | { event: 'check_run'; action: 'created' | 'completed' | 'rerequested'; checkRun: CheckRun }
  | { event: 'check_suite'; action: 'requested' | 'completed' | 'rerequested'; suite: CheckSuite }
  | { event: 'status'; status: CommitStatus }
  | { event: 'push'; ref: string; before: string; after: string }
  | { event: 'workflow_run'; action: 'requested' | 'in_progress' | 'completed'; run: WorkflowRun }
);

export function tell(world: World, happening: Happening): void {
  for (const listener of world.listeners) listener(happening);
}
