import type { Blocker } from '../../../domain/issue.js';
import type { GitHubClient } from '../../github/client.js';
import { identifierOf } from './issue.js';
import type { KnownIssues } from './known-issues.js';
import type { GitHubPlace } from './place.js';
import { isHere } from './place.js';
import type { Blocking, Entry, GitHubIssue } from './schema.js';
import { Blockings } from './schema.js';

interface Noted {
  /** Of the issue when they were read, and which reading of all issues that was. */
  mark: string;
  reading: number;
  found: Blocking[];
}

/**
 * What an issue waits for: the issues that it depends on, and its sub-issues. They are read when the issue says that it has
 * some and when it changes; the state of those in the same repository is followed anyway.
 */
export function createBlockers(client: GitHubClient, place: GitHubPlace, issues: KnownIssues) {
  const noted = new Map<number, Noted>();
  // Nobody tells what becomes of an issue in another repository.
  const isFollowed = (one: Blocking) => isHere(place, one) || one.state === 'closed';

  function read(number: number, path: string): Promise<Blocking[]> {
    const route = `GET /repos/{owner}/{repo}/issues/{issue_number}/${path}`;
    const parameters = { ...place.names, issue_number: number };
    return client.list({ kind: 'blockers', route, parameters }, Blockings);
  }

  async function blockingOf(issue: GitHubIssue, reading: number): Promise<Blocking[]> {
    const { number, updated_at } = issue;
    const { dependencies, parts } = countsOf(issue);
    const mark = JSON.stringify([updated_at, dependencies, parts]);
    const before = noted.get(number);
    if (before?.mark === mark && (before.reading === reading || before.found.every(isFollowed)))
      return before.found;
    const found = [
      ...(dependencies === 0 ? [] : await read(number, 'dependencies/blocked_by')),
      ...(parts === 0 ? [] : await read(number, 'sub_issues')),
    ];
    noted.set(number, { mark, reading, found });
    return found;
  }

  return async (issue: GitHubIssue): Promise<Blocker[]> => {
    const { dependencies, parts } = countsOf(issue);
    if (dependencies + parts === 0) return [];
    const known = await issues.current();
    const found = await blockingOf(issue, issues.reading());
    return found.map((one) => blockerOf(one, isHere(place, one), known));
  };
}

function countsOf({ issue_dependencies_summary, sub_issues_summary }: GitHubIssue) {
  return {
    dependencies: issue_dependencies_summary?.total_blocked_by ?? 0,
    parts: sub_issues_summary?.total ?? 0,
  };
}

function blockerOf(one: Blocking, isFromHere: boolean, known: ReadonlyMap<number, Entry>): Blocker {
  const { number, repository_url, state } = one;
  if (!isFromHere) {
    const name = repository_url.split('/').slice(-2).join('/');
    return { id: null, identifier: `${name}#${number}`, state };
  }
  // All open ones are known: the others are closed.
  const now = known.get(number)?.state === 'open' ? 'open' : 'closed';
  return { id: String(number), identifier: identifierOf(number), state: now };
}
