import { Refusal } from '../refusal.js';
import type { Issue, World } from '../world.js';
import { touch } from './issues.js';

const refused = (message: string) =>
  new Refusal(422, 'Validation Failed', {
    errors: [{ resource: 'Issue', code: 'custom', message }],
  });

export function block(world: World, issue: Issue, by: Issue): void {
  if (issue === by) throw refused('An issue cannot be blocked by itself');
  if (issue.blockedBy.includes(by)) throw refused('Target issue has already been taken');
  issue.blockedBy.push(by);
  touch(world, issue);
}

export function unblock(world: World, issue: Issue, by: Issue): void {
  issue.blockedBy = issue.blockedBy.filter((each) => each !== by);
  touch(world, issue);
}

export function addSubIssue(world: World, parent: Issue, child: Issue, replacesParent = false): void {
  if (parent === child) throw refused('An issue cannot be its own sub-issue');
  if (child.parent !== null && !replacesParent) throw refused('Sub-issue may only have one parent');
  if (child.parent !== null) removeSubIssue(world, child.parent, child);
  parent.subIssues.push(child);
  child.parent = parent;
  touch(world, parent);
  touch(world, child);
}

export function removeSubIssue(world: World, parent: Issue, child: Issue): void {
  parent.subIssues = parent.subIssues.filter((each) => each !== child);
  child.parent = null;
  touch(world, parent);
  touch(world, child);
}

/** The issues that wait for this one, of all repositories. */
export function blockedOn(world: World, issue: Issue): Issue[] {
  return world.repositories
    .flatMap((repository) => [...repository.issues.values()])
    .filter((each) => each.blockedBy.includes(issue));
}
