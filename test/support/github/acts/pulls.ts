import { tell } from '../happenings.js';
import { register } from '../identity.js';
import { invalid } from '../refusal.js';
import type { Pull, Repository, User, World } from '../world.js';
import { headRef, openPulls } from './heads.js';
import { addIssue, touch } from './issues.js';

export interface NewPull {
  title: string;
  body?: string | null | undefined;
  /** Branches of the same repository. */
  head: string;
  base: string;
  isDraft?: boolean | undefined;
}

const refused = (message: string) => invalid({ resource: 'PullRequest', code: 'custom', message });

export async function openPull(
  world: World,
  repository: Repository,
  by: User,
  wanted: NewPull,
): Promise<Pull> {
  const { git, owner } = repository;
  const head = await git.branch(wanted.head);
  const base = await git.branch(wanted.base);
  if (head === null) throw invalid({ resource: 'PullRequest', field: 'head', code: 'invalid' });
  if (base === null) throw invalid({ resource: 'PullRequest', field: 'base', code: 'invalid' });
  if (await git.isAncestor(head, base)) throw refused(`No commits between ${wanted.base} and ${wanted.head}`);
  // After the last wait: of two who ask at once, one gets it.
  if (openPulls(repository).some((pull) => pull.head.ref === wanted.head && pull.base.ref === wanted.base))
    throw refused(`A pull request already exists for ${owner.login}:${wanted.head}.`);
  const issue = addIssue(world, repository, by, wanted);
  const pull = register<Pull>(world, {
    kind: 'pull',
    issue,
    head: { ref: wanted.head, sha: head },
    base: { ref: wanted.base, sha: base },
    isDraft: wanted.isDraft ?? false,
    mergedAt: null,
    mergedBy: null,
    mergeCommit: null,
    autoMerge: null,
    requestedReviewers: [],
    reviews: [],
    threads: [],
  });
  issue.pull = pull;
  await git.updateRef(headRef(pull), head);
  tell(world, { event: 'pull_request', action: 'opened', by, repository, pull });
  return pull;
}

export async function changeBase(world: World, pull: Pull, by: User, branch: string): Promise<void> {
  const { repository } = pull.issue;
  const sha = await repository.git.branch(branch);
  if (sha === null) throw invalid({ resource: 'PullRequest', field: 'base', code: 'invalid' });
  pull.base = { ref: branch, sha };
  touch(world, pull.issue);
  tell(world, { event: 'pull_request', action: 'edited', by, repository, pull });
}

export function setDraft(world: World, pull: Pull, by: User, isDraft: boolean): void {
  if (pull.isDraft === isDraft) return;
  pull.isDraft = isDraft;
  touch(world, pull.issue);
  const action = isDraft ? 'converted_to_draft' : 'ready_for_review';
  tell(world, { event: 'pull_request', action, by, repository: pull.issue.repository, pull });
}

export function requestReviews(world: World, pull: Pull, by: User, users: readonly User[]): void {
  const { repository, author } = pull.issue;
  if (users.includes(author)) throw refused('Review cannot be requested from pull request author.');
  for (const reviewer of users) {
    if (pull.requestedReviewers.includes(reviewer)) continue;
    pull.requestedReviewers.push(reviewer);
    tell(world, { event: 'pull_request', action: 'review_requested', by, repository, pull, reviewer });
  }
}

export function withdrawReviews(world: World, pull: Pull, by: User, users: readonly User[]): void {
  const { repository } = pull.issue;
  for (const reviewer of users) {
    if (!pull.requestedReviewers.includes(reviewer)) continue;
    pull.requestedReviewers = pull.requestedReviewers.filter((each) => each !== reviewer);
    tell(world, { event: 'pull_request', action: 'review_request_removed', by, repository, pull, reviewer });
  }
}
