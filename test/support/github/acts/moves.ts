import { tell } from '../happenings.js';
import { fullName } from '../links.js';
import type { Issue, Repository, User, World } from '../world.js';
import { labelNamed } from './labels.js';
import { noticeRefs } from './refs.js';

export function moveRepository(repository: Repository, owner: User, name: string): void {
  repository.formerNames.push(fullName(repository));
  repository.owner = owner;
  repository.name = name;
  repository.formerNames = repository.formerNames.filter((each) => each !== fullName(repository));
}

export function transferIssue(world: World, issue: Issue, to: Repository, by: User): Issue {
  const from = issue.repository;
  tell(world, { event: 'issues', action: 'transferred', by, repository: from, issue });
  from.issues.delete(issue.number);
  from.goneIssues.set(issue.number, issue);
  to.lastNumber += 1;
  issue.number = to.lastNumber;
  issue.repository = to;
  issue.labels = issue.labels.map(({ name }) => labelNamed(world, to, name));
  to.issues.set(issue.number, issue);
  tell(world, { event: 'issues', action: 'opened', by, repository: to, issue });
  return issue;
}

export function deleteIssue(world: World, issue: Issue, by: User): void {
  const { repository } = issue;
  repository.issues.delete(issue.number);
  repository.goneIssues.set(issue.number, 'deleted');
  tell(world, { event: 'issues', action: 'deleted', by, repository, issue });
}

/** Protection and the base of open pull requests move with the name; the former name redirects. */
export async function renameBranch(
  world: World,
  repository: Repository,
  by: User,
  { from, to }: { from: string; to: string },
): Promise<void> {
  const { git } = repository;
  if (repository.defaultBranch === from) {
    repository.defaultBranch = to;
    await git.git(['symbolic-ref', 'HEAD', `refs/heads/${to}`]);
  }
  const sha = await git.branch(from);
  if (sha === null) throw new Error(`${fullName(repository)} has no branch ${from}`);
  await git.updateRef(`refs/heads/${to}`, sha, null);
  await git.deleteRef(`refs/heads/${from}`);
  repository.formerBranches[from] = to;
  const protection = repository.protections[from];
  if (protection !== undefined) repository.protections[to] = protection;
  delete repository.protections[from];
  for (const { pull } of repository.issues.values())
    if (pull?.issue.state === 'open' && pull.base.ref === from) pull.base.ref = to;
  await noticeRefs(world, repository, by);
}
