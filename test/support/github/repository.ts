import { comment, editComment, editIssue, openIssue } from './acts/issues.js';
import type { IssueEdit } from './acts/issues.js';
import type { NewCommit } from './acts/commits.js';
import { addRun, endJob } from './acts/actions.js';
import type { NewRun } from './acts/actions.js';
import { actionsApp, addCheck, addStatus, editCheck } from './acts/checks.js';
import type { CheckEdit } from './acts/checks.js';
import { pushCommit } from './acts/commits.js';
import { addLabel } from './acts/labels.js';
import { noticeRefs } from './acts/refs.js';
import { openPull, requestReviews, setDraft } from './acts/pulls.js';
import type { NewPull } from './acts/pulls.js';
import { dismiss, reply, review, setResolved } from './acts/reviews.js';
import type { NewReview } from './acts/reviews.js';
import { mergePull } from './acts/merges.js';
import { addSubIssue, block } from './acts/relations.js';
import { addToProject } from './acts/projects.js';
import { moveRepository, renameBranch, transferIssue, deleteIssue } from './acts/moves.js';
import { cloneUrl, fullName } from './links.js';
import { userNamed } from './people.js';
import { noRules } from './acts/protection.js';
import type {
  CheckRun,
  Comment,
  CommitStatus,
  Issue,
  Job,
  MergeMethod,
  ProjectValue,
  Protection,
  Pull,
  Repository,
  Review,
  ReviewComment,
  Role,
  StateReason,
  Thread,
  User,
  WorkflowRun,
  World,
} from './world.js';

/** Who does it: a login; the owner when nobody is named. */
interface By {
  by?: string;
}

/** A repository in the hands of a test, which changes it as people do. `state` is all there is to read. */
export class GitHubRepository {
  constructor(
    private readonly world: World,
    readonly state: Repository,
  ) {}

  get owner(): string {
    return this.state.owner.login;
  }

  get repo(): string {
    return this.state.name;
  }

  get fullName(): string {
    return fullName(this.state);
  }

  get cloneUrl(): string {
    return cloneUrl(this.world, this.state);
  }

  permit(login: string, role: Role): void {
    this.state.roles.set(userNamed(this.world, login), role);
  }

  addLabel(name: string, more: { color?: string; description?: string } = {}): void {
    addLabel(this.world, this.state, { name, ...more });
  }

  openIssue({
    by,
    assignees = [],
    ...wanted
  }: By & { title: string; body?: string; labels?: string[]; assignees?: string[] }): Issue {
    const users = assignees.map((login) => userNamed(this.world, login));
    return openIssue(this.world, this.state, this.person(by), { ...wanted, assignees: users });
  }

  /** The issue, or the issue that a pull request is. */
  issue(number: number): Issue {
    const issue = this.state.issues.get(number);
    if (issue === undefined) throw new Error(`${this.fullName} has no issue #${number}`);
    return issue;
  }

  editIssue(
    number: number,
    {
      by,
      assignees,
      ...edit
    }: By & Omit<IssueEdit, 'assignees' | 'state' | 'stateReason'> & { assignees?: string[] },
  ): void {
    const users = assignees?.map((login) => userNamed(this.world, login));
    editIssue(this.world, this.issue(number), this.person(by), { ...edit, assignees: users });
  }

  closeIssue(number: number, { by, reason = 'completed' }: By & { reason?: StateReason } = {}): void {
    const edit: IssueEdit = { state: 'closed', stateReason: reason };
    editIssue(this.world, this.issue(number), this.person(by), edit);
  }

  reopenIssue(number: number, { by }: By = {}): void {
    editIssue(this.world, this.issue(number), this.person(by), { state: 'open' });
  }

  deleteIssue(number: number, { by }: By = {}): void {
    deleteIssue(this.world, this.issue(number), this.person(by));
  }

  /** The same issue under the next number of another repository. */
  transferIssue(number: number, to: GitHubRepository, { by }: By = {}): Issue {
    return transferIssue(this.world, this.issue(number), to.state, this.person(by));
  }

  blockIssue(number: number, by: Issue): void {
    block(this.world, this.issue(number), by);
  }

  addSubIssue(number: number, child: Issue): void {
    addSubIssue(this.world, this.issue(number), child);
  }

  /** Puts the issue into a project, which comes into being by its title, with values of fields by their names. */
  addToProject(number: number, project: string, values: Record<string, ProjectValue> = {}): void {
    addToProject(this.world, this.issue(number), project, values);
  }

  comment(number: number, body: string, { by }: By = {}): Comment {
    return comment(this.world, this.issue(number), this.person(by), body);
  }

  editComment(edited: Comment, body: string, { by }: By = {}): void {
    editComment(this.world, edited, this.person(by), body);
  }

  openPullRequest({
    by,
    base = this.state.defaultBranch,
    ...wanted
  }: By & Omit<NewPull, 'base'> & { base?: string }): Promise<Pull> {
    return openPull(this.world, this.state, this.person(by), { ...wanted, base });
  }

  pull(number: number): Pull {
    const { pull } = this.issue(number);
    if (pull === null) throw new Error(`#${number} of ${this.fullName} is no pull request`);
    return pull;
  }

  /** Closed without a merge. */
  closePullRequest(number: number, by: By = {}): void {
    this.closeIssue(this.pull(number).issue.number, by);
  }

  /** By a person who may do all, once it is ready. */
  mergePullRequest(
    number: number,
    { by, method = 'merge' }: By & { method?: MergeMethod } = {},
  ): Promise<string> {
    return mergePull(this.world, this.pull(number), this.person(by), { method, role: 'admin' });
  }

  /** The merge queue takes its first entry, merges it and says so, or throws why it cannot. */
  async mergeFromQueue(method: MergeMethod = 'merge'): Promise<string> {
    const [entry] = this.state.queue;
    if (entry === undefined) throw new Error(`the merge queue of ${this.fullName} is empty`);
    return mergePull(this.world, entry.pull, entry.by, { method, role: 'write', isQueue: true });
  }

  setDraft(number: number, isDraft: boolean, { by }: By = {}): void {
    setDraft(this.world, this.pull(number), this.person(by), isDraft);
  }

  review(number: number, { by, ...wanted }: By & NewReview): Promise<Review> {
    return review(this.world, this.pull(number), this.person(by), wanted);
  }

  dismissReview(dismissed: Review, { by }: By = {}): void {
    dismiss(this.world, dismissed, this.person(by));
  }

  replyTo(thread: Thread, body: string, { by }: By = {}): ReviewComment {
    return reply(this.world, thread, this.person(by), body);
  }

  setResolved(thread: Thread, isResolved: boolean, { by }: By = {}): void {
    setResolved(this.world, thread, this.person(by), isResolved);
  }

  requestReviews(number: number, logins: string[], { by }: By = {}): void {
    const users = logins.map((login) => userNamed(this.world, login));
    requestReviews(this.world, this.pull(number), this.person(by), users);
  }

  /** A check run of GitHub's own actions. */
  check(sha: string, name: string, edit: CheckEdit = {}): CheckRun {
    const wanted = { app: actionsApp(this.world), sha, name, ...edit };
    return addCheck(this.world, this.state, this.state.owner, wanted);
  }

  editCheck(run: CheckRun, edit: CheckEdit): void {
    editCheck(this.world, this.state, this.state.owner, run, edit);
  }

  /** A run of a workflow of GitHub's own actions, with its jobs. */
  runWorkflow(wanted: NewRun): WorkflowRun {
    return addRun(this.world, this.state, this.state.owner, wanted);
  }

  endJob(job: Job, end: Parameters<typeof endJob>[3]): void {
    endJob(this.world, this.state, job, end);
  }

  status(
    sha: string,
    context: string,
    state: CommitStatus['state'],
    { by, description = null, targetUrl = null }: By & Partial<CommitStatus> = {},
  ): CommitStatus {
    const wanted = { sha, context, state, description, targetUrl };
    return addStatus(this.world, this.state, this.person(by), wanted);
  }

  /** A commit on a branch, which comes into being on the default branch. Null takes a file away. */
  push(
    branch: string,
    files: Record<string, string | Buffer | null>,
    { by, ...more }: By & Partial<Omit<NewCommit, 'branch' | 'files'>> = {},
  ): Promise<string> {
    const commit = { branch, files, message: 'Change files', amends: false, ...more };
    return pushCommit(this.world, this.state, this.person(by), commit);
  }

  async deleteBranch(branch: string, { by }: By = {}): Promise<void> {
    await this.state.git.deleteRef(`refs/heads/${branch}`);
    await noticeRefs(this.world, this.state, this.person(by));
  }

  renameBranch(from: string, to: string, { by }: By = {}): Promise<void> {
    return renameBranch(this.world, this.state, this.person(by), { from, to });
  }

  /** Null when there is no such branch. */
  branch(name: string): Promise<string | null> {
    return this.state.git.branch(name);
  }

  /** Rules of a branch, or of one that is yet to come. The ones not named are lenient. */
  protect(branch: string, rules: Partial<Protection> = {}): void {
    this.state.protections[branch] = { ...noRules, ...rules };
  }

  unprotect(branch: string): void {
    delete this.state.protections[branch];
  }

  archive(): void {
    this.state.isArchived = true;
  }

  unarchive(): void {
    this.state.isArchived = false;
  }

  /** To another owner, another name, or both. Its former name redirects. */
  transfer({ owner = this.owner, name = this.repo }: { owner?: string; name?: string }): void {
    moveRepository(this.state, userNamed(this.world, owner), name);
  }

  private person(login: string | undefined): User {
    return login === undefined ? this.state.owner : userNamed(this.world, login);
  }
}
