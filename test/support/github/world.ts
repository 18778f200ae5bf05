import type { Reaction } from './acts/reactions.js';
import type { BareRepository } from './bare-repository.js';
import type { Happening } from './happenings.js';

/** What somebody may do in a repository, least first. */
export const roles = ['none', 'read', 'triage', 'write', 'maintain', 'admin'] as const;
export type Role = (typeof roles)[number];

export type Access = 'read' | 'write' | 'admin';
/** What a fine-grained token or an installation may do, by GitHub's names, such as `pull_requests`. */
export type Permissions = Record<string, Access>;

export interface User {
  kind: 'user';
  id: number;
  login: string;
  name: string | null;
  type: 'User' | 'Bot' | 'Organization';
  /** A deleted user is the ghost, or nobody, in every answer. */
  isDeleted: boolean;
  /** The app whose bot this is. */
  app: App | null;
  createdAt: string;
}

export interface App {
  id: number;
  slug: string;
  name: string;
  owner: User;
  publicKey: string;
  permissions: Permissions;
  createdAt: string;
}

export interface Installation {
  id: number;
  app: App;
  account: User;
  permissions: Permissions;
  /** Null: all repositories of the account. */
  repositories: Repository[] | null;
  isSuspended: boolean;
}

export interface Token {
  value: string;
  user: User;
  /** Of a classic token; a token has scopes or permissions. */
  scopes: string[] | null;
  permissions: Permissions | null;
  /** Null: all repositories of its user. */
  repositories: Repository[] | null;
  installation: Installation | null;
  expiresAt: number | null;
}

export interface Label {
  kind: 'label';
  id: number;
  name: string;
  color: string;
  description: string | null;
}

export interface Comment {
  kind: 'comment';
  id: number;
  issue: Issue;
  author: User;
  body: string;
  createdAt: string;
  updatedAt: string;
}

export type StateReason = 'completed' | 'reopened' | 'not_planned' | 'duplicate';

/** An issue, or the issue that every pull request also is. */
export interface Issue {
  kind: 'issue';
  id: number;
  repository: Repository;
  number: number;
  title: string;
  body: string | null;
  author: User;
  state: 'open' | 'closed';
  stateReason: StateReason | null;
  labels: Label[];
  assignees: User[];
  comments: Comment[];
  isLocked: boolean;
  createdAt: string;
  updatedAt: string;
  closedAt: string | null;
  closedBy: User | null;
  parent: Issue | null;
  subIssues: Issue[];
  blockedBy: Issue[];
  projectItems: ProjectItem[];
  pull: Pull | null;
}

/** An issue's row in a project, with the values of its fields by name. */
export interface ProjectItem {
  kind: 'projectItem';
  id: number;
  project: { id: number; number: number; title: string };
  issue: Issue;
  values: Record<string, ProjectValue>;
}

/** A choice among options, a number, or a text. */
export type ProjectValue = string | number | { text: string };

export type MergeMethod = 'merge' | 'squash' | 'rebase';

export interface Pull {
  kind: 'pull';
  id: number;
  issue: Issue;
  head: { ref: string; sha: string };
  /** The sha is where the base stood when the pull request was opened or its head last moved. */
  base: { ref: string; sha: string };
  isDraft: boolean;
  mergedAt: string | null;
  mergedBy: User | null;
  mergeCommit: string | null;
  autoMerge: { by: User; method: MergeMethod; at: string } | null;
  requestedReviewers: User[];
  reviews: Review[];
  threads: Thread[];
}

export type ReviewState = 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED' | 'PENDING';

export interface Review {
  kind: 'review';
  id: number;
  pull: Pull;
  author: User;
  state: ReviewState;
  body: string;
  commit: string;
  submittedAt: string;
}

export type Side = 'LEFT' | 'RIGHT';

export interface Thread {
  kind: 'thread';
  id: number;
  pull: Pull;
  path: string;
  /** Null: of the file as a whole. */
  line: number | null;
  startLine: number | null;
  side: Side;
  /** The lines around, as a diff has them. */
  hunk: string;
  commit: string;
  /** The head has moved and has changed the file. */
  isOutdated: boolean;
  resolvedBy: User | null;
  comments: ReviewComment[];
}

export interface ReviewComment {
  kind: 'reviewComment';
  id: number;
  thread: Thread;
  review: Review;
  author: User;
  body: string;
  createdAt: string;
  updatedAt: string;
}

export type CheckConclusion =
  'success' | 'failure' | 'neutral' | 'cancelled' | 'skipped' | 'timed_out' | 'action_required';
export type CheckStatus = 'queued' | 'in_progress' | 'completed';

export interface CheckRun {
  kind: 'checkRun';
  id: number;
  suite: CheckSuite;
  name: string;
  sha: string;
  status: CheckStatus;
  conclusion: CheckConclusion | null;
  externalId: string | null;
  detailsUrl: string | null;
  output: { title: string | null; summary: string | null; text: string | null };
  startedAt: string | null;
  completedAt: string | null;
}

/** The check runs of one app on one commit. */
export interface CheckSuite {
  kind: 'checkSuite';
  id: number;
  app: App;
  sha: string;
  createdAt: string;
}

export interface CommitStatus {
  kind: 'status';
  id: number;
  sha: string;
  context: string;
  state: 'error' | 'failure' | 'pending' | 'success';
  description: string | null;
  targetUrl: string | null;
  creator: User;
  createdAt: string;
}

export interface WorkflowRun {
  kind: 'workflowRun';
  id: number;
  suite: CheckSuite;
  name: string;
  path: string;
  runNumber: number;
  attempt: number;
  branch: string;
  sha: string;
  event: string;
  actor: User;
  jobs: Job[];
  createdAt: string;
  updatedAt: string;
}

export interface Job {
  kind: 'job';
  id: number;
  run: WorkflowRun;
  /** The job as the checks show it: its name, status and conclusion. */
  check: CheckRun;
  attempt: number;
  log: Buffer;
}

export interface Protection {
  requiredContexts: string[];
  /** The branch must be up to date with the base before it is merged. */
  isStrict: boolean;
  requiredApprovals: number;
  dismissesStaleReviews: boolean;
  requiresConversationResolution: boolean;
  hasMergeQueue: boolean;
  /** For administrators too. */
  enforcesAdmins: boolean;
}

export interface QueueEntry {
  id: number;
  pull: Pull;
  by: User;
  at: string;
}

export interface Repository {
  kind: 'repository';
  id: number;
  owner: User;
  name: string;
  /** `owner/name`s it has had: asking for them is answered by a redirect. */
  formerNames: string[];
  isPrivate: boolean;
  isArchived: boolean;
  defaultBranch: string;
  formerBranches: Record<string, string>;
  allowsAutoMerge: boolean;
  mergeMethods: MergeMethod[];
  deletesBranchOnMerge: boolean;
  roles: Map<User, Role>;
  labels: Label[];
  /** By number. */
  issues: Map<number, Issue>;
  /** Issues that went elsewhere, or nowhere. */
  goneIssues: Map<number, Issue | 'deleted'>;
  lastNumber: number;
  protections: Record<string, Protection>;
  queue: QueueEntry[];
  suites: CheckSuite[];
  checkRuns: CheckRun[];
  statuses: CommitStatus[];
  workflowRuns: WorkflowRun[];
  git: BareRepository;
  /** Where each ref was when its change was last told of. */
  seenRefs: Map<string, string>;
  /** One look at the refs at a time. */
  looking: Promise<void>;
  createdAt: string;
  updatedAt: string;
  pushedAt: string;
}

/** What has a node id. */
export type Node =
  | User
  | Label
  | Issue
  | Comment
  | Pull
  | Review
  | Thread
  | ReviewComment
  | ProjectItem
  | CheckRun
  | CheckSuite
  | CommitStatus
  | WorkflowRun
  | Repository;

/** All that this GitHub knows. A test may read it, and changes it by the methods of `GitHub` and `GitHubRepository`. */
export interface World {
  /** `http://127.0.0.1:PORT`, without a slash at its end. */
  origin: string;
  /** Where bare repositories are kept. */
  directory: string;
  users: User[];
  repositories: Repository[];
  tokens: Token[];
  apps: App[];
  installations: Installation[];
  nodes: Map<string, Node>;
  reactions: Reaction[];
  lastId: number;
  now: () => Date;
  /** Told of every change, in its order. */
  listeners: ((happening: Happening) => void)[];
  /** What GitHub does by itself after a change, such as an automatic merge, one at a time. */
  settling: Promise<void>;
}
