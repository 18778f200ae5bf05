import type { Happening } from '../happenings.js';
import { tell } from '../happenings.js';
import { now, register } from '../identity.js';
import { Refusal } from '../refusal.js';
import type { Comment, Issue, Label, Repository, StateReason, User, World } from '../world.js';
import { labelNamed } from './labels.js';

/** GitHub's limit for a body. */
const longestBody = 65_536;

export interface NewIssue {
  title: string;
  body?: string | null | undefined;
  labels?: readonly string[] | undefined;
  assignees?: readonly User[] | undefined;
}

/** An issue without a word to the listeners: a pull request begins as one too. */
export function addIssue(world: World, repository: Repository, by: User, wanted: NewIssue): Issue {
  checkText('Issue', wanted.body);
  repository.lastNumber += 1;
  const at = now(world);
  const issue = register<Issue>(world, {
    kind: 'issue',
    repository,
    number: repository.lastNumber,
    title: wanted.title,
    body: wanted.body ?? null,
    author: by,
    state: 'open',
    stateReason: null,
    labels: [],
    assignees: [],
    comments: [],
    isLocked: false,
    createdAt: at,
    updatedAt: at,
    closedAt: null,
    closedBy: null,
    parent: null,
    subIssues: [],
    blockedBy: [],
    projectItems: [],
    pull: null,
  });
  repository.issues.set(issue.number, issue);
  return issue;
}

export function openIssue(world: World, repository: Repository, by: User, wanted: NewIssue): Issue {
  const issue = addIssue(world, repository, by, wanted);
  tell(world, { event: 'issues', action: 'opened', by, repository, issue });
  addLabels(world, issue, by, wanted.labels ?? []);
  assign(world, issue, by, wanted.assignees ?? []);
  return issue;
}

export interface IssueEdit {
  title?: string | undefined;
  body?: string | null | undefined;
  state?: 'open' | 'closed' | undefined;
  stateReason?: StateReason | null | undefined;
  labels?: readonly string[] | undefined;
  assignees?: readonly User[] | undefined;
}

export function editIssue(world: World, issue: Issue, by: User, wanted: IssueEdit): void {
  checkText('Issue', wanted.body);
  const isEdited =
    (wanted.title !== undefined && wanted.title !== issue.title) ||
    (wanted.body !== undefined && wanted.body !== issue.body);
  if (isEdited) {
    issue.title = wanted.title ?? issue.title;
    if (wanted.body !== undefined) issue.body = wanted.body;
    touch(world, issue);
    tellOfIssue(world, issue, by, 'edited');
  }
  if (wanted.labels !== undefined) setLabels(world, issue, by, wanted.labels);
  if (wanted.assignees !== undefined) {
    const { assignees } = wanted;
    const gone = issue.assignees.filter((user) => !assignees.includes(user));
    unassign(world, issue, by, gone);
    assign(world, issue, by, assignees);
  }
  if (wanted.state === 'closed') closeIssue(world, issue, by, wanted.stateReason ?? 'completed');
  if (wanted.state === 'open') reopenIssue(world, issue, by);
}

export function closeIssue(world: World, issue: Issue, by: User, reason: StateReason): void {
  if (issue.state === 'closed') {
    issue.stateReason = reason;
    return;
  }
  issue.state = 'closed';
  issue.stateReason = issue.pull === null ? reason : null;
  issue.closedAt = now(world);
  issue.closedBy = by;
  touch(world, issue);
  tellOfIssue(world, issue, by, 'closed');
}

export function reopenIssue(world: World, issue: Issue, by: User): void {
  if (issue.state === 'open') return;
  if (issue.pull?.mergedAt) {
    const message = 'Pull request cannot be reopened: it has been merged';
    throw new Refusal(422, 'Validation Failed', {
      errors: [{ resource: 'PullRequest', code: 'invalid', field: 'state', message }],
    });
  }
  issue.state = 'open';
  issue.stateReason = issue.pull === null ? 'reopened' : null;
  issue.closedAt = null;
  issue.closedBy = null;
  touch(world, issue);
  tellOfIssue(world, issue, by, 'reopened');
}

export function addLabels(world: World, issue: Issue, by: User, names: readonly string[]): void {
  for (const name of names) {
    const label = labelNamed(world, issue.repository, name);
    if (issue.labels.includes(label)) continue;
    issue.labels.push(label);
    tellOfLabel(world, issue, by, 'labeled', label);
  }
}

export function removeLabels(world: World, issue: Issue, by: User, labels: readonly Label[]): void {
  for (const label of labels) {
    issue.labels = issue.labels.filter((each) => each !== label);
    tellOfLabel(world, issue, by, 'unlabeled', label);
  }
}

export function setLabels(world: World, issue: Issue, by: User, names: readonly string[]): void {
  const wanted = new Set(names.map((name) => labelNamed(world, issue.repository, name)));
  const gone = issue.labels.filter((label) => !wanted.has(label));
  removeLabels(world, issue, by, gone);
  addLabels(world, issue, by, names);
}

export function assign(world: World, issue: Issue, by: User, users: readonly User[]): void {
  for (const assignee of users) {
    if (issue.assignees.includes(assignee)) continue;
    issue.assignees.push(assignee);
    tellOfAssignee(world, issue, by, 'assigned', assignee);
  }
}

export function unassign(world: World, issue: Issue, by: User, users: readonly User[]): void {
  for (const assignee of users) {
    if (!issue.assignees.includes(assignee)) continue;
    issue.assignees = issue.assignees.filter((user) => user !== assignee);
    tellOfAssignee(world, issue, by, 'unassigned', assignee);
  }
}

export function comment(world: World, issue: Issue, by: User, body: string): Comment {
  checkText('IssueComment', body);
  const at = now(world);
  const made = register<Comment>(world, {
    kind: 'comment',
    issue,
    author: by,
    body,
    createdAt: at,
    updatedAt: at,
  });
  issue.comments.push(made);
  touch(world, issue);
  tellOfComment(world, made, by, 'created');
  return made;
}

export function editComment(world: World, edited: Comment, by: User, body: string): void {
  checkText('IssueComment', body);
  edited.body = body;
  edited.updatedAt = now(world);
  touch(world, edited.issue);
  tellOfComment(world, edited, by, 'edited');
}

export function deleteComment(world: World, deleted: Comment, by: User): void {
  const { issue } = deleted;
  issue.comments = issue.comments.filter((each) => each !== deleted);
  touch(world, issue);
  tellOfComment(world, deleted, by, 'deleted');
}

export function touch(world: World, issue: Issue): void {
  issue.updatedAt = now(world);
}

export function checkText(resource: string, text: string | null | undefined): void {
  if ((text?.length ?? 0) <= longestBody) return;
  const message = `body is too long (maximum is ${longestBody} characters)`;
  throw new Refusal(422, 'Validation Failed', {
    errors: [{ resource, code: 'unprocessable', field: 'data', message }],
  });
}

function tellOfIssue(world: World, issue: Issue, by: User, action: 'edited' | 'closed' | 'reopened'): void {
  const { pull, repository } = issue;
  if (pull === null) tell(world, { event: 'issues', action, by, repository, issue });
  else tell(world, { event: 'pull_request', action, by, repository, pull });
}

function tellOfLabel(
  world: World,
  issue: Issue,
  by: User,
  action: 'labeled' | 'unlabeled',
  label: Label,
): void {
  const { pull, repository } = issue;
  touch(world, issue);
  if (pull === null) tell(world, { event: 'issues', action, by, repository, issue, label });
  else tell(world, { event: 'pull_request', action, by, repository, pull, label });
}

function tellOfAssignee(
  world: World,
  issue: Issue,
  by: User,
  action: 'assigned' | 'unassigned',
  assignee: User,
): void {
  const { pull, repository } = issue;
  touch(world, issue);
  if (pull === null) tell(world, { event: 'issues', action, by, repository, issue, assignee });
  else tell(world, { event: 'pull_request', action, by, repository, pull, assignee });
}

function tellOfComment(
  world: World,
  of: Comment,
  by: User,
  action: Extract<Happening, { event: 'issue_comment' }>['action'],
): void {
  const { repository } = of.issue;
  tell(world, { event: 'issue_comment', action, by, repository, comment: of });
}
