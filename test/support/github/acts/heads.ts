import { tell } from '../happenings.js';
import type { Pull, Repository, User, World } from '../world.js';
import { markMerged } from './closing.js';
import { closeIssue, touch } from './issues.js';
import { changedFiles } from './diff.js';

/** Open pull requests go with their branches. `sha` is null when the branch is gone. */
export async function followBranch(
  world: World,
  repository: Repository,
  by: User,
  branch: string,
  sha: string | null,
): Promise<void> {
  for (const pull of openPulls(repository)) {
    if (pull.head.ref !== branch && pull.base.ref !== branch) continue;
    if (sha === null) closeIssue(world, pull.issue, by, 'completed');
    else if (pull.head.ref === branch) await moveHead(world, pull, by, sha);
    else if (await repository.git.isAncestor(pull.head.sha, sha)) markMerged(world, pull, by, sha);
  }
}

export function openPulls(repository: Repository): Pull[] {
  return [...repository.issues.values()]
    .map(({ pull }) => pull)
    .filter((pull): pull is Pull => pull?.issue.state === 'open');
}

async function moveHead(world: World, pull: Pull, by: User, after: string): Promise<void> {
  const { issue, base, threads, reviews } = pull;
  const { repository } = issue;
  const before = pull.head.sha;
  if (before === after) return;
  pull.head = { ...pull.head, sha: after };
  pull.base = { ...base, sha: (await repository.git.branch(base.ref)) ?? base.sha };
  await repository.git.updateRef(headRef(pull), after);
  const changed = (await changedFiles(repository.git, before, after)).map(({ path }) => path);
  for (const thread of threads) if (changed.includes(thread.path)) thread.isOutdated = true;
  if (repository.protections[base.ref]?.dismissesStaleReviews === true)
    for (const review of reviews) if (review.state === 'APPROVED') review.state = 'DISMISSED';
  touch(world, issue);
  tell(world, { event: 'pull_request', action: 'synchronize', by, repository, pull, before, after });
}

/** Where GitHub keeps a pull request's head, whatever becomes of its branch. */
export const headRef = ({ issue }: Pull): string => `refs/pull/${issue.number}/head`;
