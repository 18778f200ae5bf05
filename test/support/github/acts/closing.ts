import { now } from '../identity.js';
import type { Issue, Pull, User, World } from '../world.js';
import { closeIssue } from './issues.js';

/** The issues of its repository that a pull request's text says it closes. */
export function closedBy({ body, repository }: Issue): Issue[] {
  const words = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+#(\d+)/gi;
  const numbers = [...(body ?? '').matchAll(words)].map(([, number]) => Number(number));
  return [...new Set(numbers)]
    .map((number) => repository.issues.get(number))
    .filter((issue): issue is Issue => issue?.pull === null);
}

/** A pull request that has reached its base. On the default branch it closes the issues that its text names. */
export function markMerged(world: World, pull: Pull, by: User, commit: string): void {
  const { issue, base } = pull;
  pull.mergedAt = now(world);
  pull.mergedBy = by;
  pull.mergeCommit = commit;
  pull.autoMerge = null;
  issue.repository.queue = issue.repository.queue.filter((entry) => entry.pull !== pull);
  closeIssue(world, issue, by, 'completed');
  if (base.ref !== issue.repository.defaultBranch) return;
  for (const named of closedBy(issue)) closeIssue(world, named, by, 'completed');
}
