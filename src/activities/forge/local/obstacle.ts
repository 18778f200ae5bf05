import { listNames } from '../../git/list-names.js';
import type { Examination } from './examine.js';
import type { LandingRecord } from './journal.js';
import type { Remainder } from './move.js';

/** What is in the way of a landing in a working tree, with what to do, or null. */
export function describeObstacle(
  ref: string,
  tree: string,
  { paths, conflicts }: Examination,
): string | null {
  const theirs = paths.flatMap(({ state }) => (state.kind === 'theirs' ? [state] : []));
  const places = (stands: boolean) => [
    ...new Set(theirs.filter((state) => state.stands === stands).map(({ place }) => place)),
  ];
  const [changed, standing] = [places(false), places(true)];
  const parts = [
    conflicts.length > 0 && `${listNames(conflicts)} in conflict there; solve that and git add it`,
    changed.length > 0 && `${listNames(changed)} changed there; commit or stash that`,
    standing.length > 0 && `${listNames(standing)} would be overwritten and not committed; move that away`,
  ].filter((part) => part !== false);
  return parts.length === 0 ? null : `${checkedOutIn(ref, tree)}: ${parts.join(', and ')}`;
}

/** For a rebase or the like. */
export function describeBusy(ref: string, { path, activity }: { path: string; activity: string }): string {
  return `${checkedOutIn(ref, path)}: ${activity} is under way there; finish it`;
}

export function describeLock(file: string): string {
  return `another git is at work in a working tree, or was killed there: when none is, remove ${file}`;
}

/** What is left for a person after a landing. */
export function describeRemainder(
  { ref, after }: LandingRecord,
  tree: string,
  { conflicts, unwritten, words }: Remainder,
): string {
  const parts = [
    conflicts.length > 0 &&
      `${listNames(conflicts)} there is neither as before nor as it landed; git shows a conflict: solve it and git add it`,
    unwritten.length > 0 && `${listNames(unwritten)} could not be written; mend that`,
  ].filter((part) => part !== false);
  const reason = words === null ? '' : ` (git: ${words})`;
  return `${after.slice(0, 12)} has landed${reason}, and ${checkedOutIn(ref, tree)}: ${parts.join(', and ')}`;
}

/** For a tree that cannot follow what has landed, because of a conflict about something else. */
export function describeConflicts(
  { ref, after }: LandingRecord,
  tree: string,
  conflicts: readonly string[],
): string {
  return `${after.slice(0, 12)} has landed, and ${checkedOutIn(ref, tree)}: ${listNames(conflicts)} in conflict there; solve that and git add it`;
}

function checkedOutIn(ref: string, tree: string): string {
  return `${ref.replace(/^refs\/heads\//, '')} is checked out in ${tree}`;
}
