import type { ConfigRef, ConfigView } from './config-view.js';
import type { Issue, IssueSummary } from './issue.js';
import { summarizeIssue } from './issue.js';
import { isEligible, isTerminal } from './policy.js';
import type { Candidate, IssueChange, Known, KnownTask, Poll, Problem } from './project.js';
import { startable } from './project.js';

/** An issue as it was just read. The fingerprint changes when a person edits the issue. */
export interface Sighting {
  issue: Issue;
  fingerprint: string;
}

/** What one look brought home. Null means that it could not be read, which is not the same as nothing. */
export interface Observation {
  config: ConfigRef;
  /** False while the workflow file is broken: nothing new is started then (SPEC 6.3). */
  dispatching: boolean;
  /** Every issue in an active state. */
  active: Sighting[] | null;
  /** The issues of the live tasks, as far as they still exist. */
  refreshed: Sighting[] | null;
  /** Ids of live tasks whose records are there but cannot be read: these tasks stay as they are. */
  malformed: string[];
  problems: Problem[];
  /** Ids of tasks whose workflow is over. */
  closed: string[];
}

/** Compares what was seen with what the project knows: reconciliation (SPEC 8.5), then candidates (SPEC 8.2). */
export function compareWithKnown(known: Known, seen: Observation): Poll {
  const { view, hash } = seen.config;
  return {
    config: hash === known.configHash ? null : seen.config,
    candidates: candidates(known, view, seen),
    changes: seen.refreshed === null ? [] : changes(known, view.tracker, seen.refreshed, seen.malformed),
    unsettled: seen.active === null ? [] : unsettled(known, view.tracker, seen.active),
    closed: seen.closed,
    problems: same(known.problems, seen.problems) ? null : seen.problems,
  };
}

/** How many issues and tasks wait for the right to run; null where the tracker could not be read. */
export function queueLength(known: Known, { config, active }: Observation): number | null {
  if (active === null) return null;
  const asking = Object.values(known.tasks).filter(({ slot }) => slot === 'asked').length;
  const fresh = active.filter(
    ({ issue }) =>
      isEligible(config.view.tracker, issue) &&
      !Object.hasOwn(known.tasks, issue.id) &&
      !Object.hasOwn(known.settled, issue.id),
  );
  return asking + fresh.length;
}

/** Ids of the live tasks whose issues a tracker can be asked about; a prompt has no record there. */
export function refreshable(known: Known): string[] {
  return Object.entries(known.tasks)
    .filter(([, task]) => task.issue.source === 'tracker')
    .map(([id]) => id);
}

function candidates(known: Known, view: ConfigView, { active, dispatching }: Observation): Candidate[] {
  if (active === null || !dispatching || !known.dispatching) return [];
  const eligible = active.filter(({ issue }) => isEligible(view.tracker, issue));
  return startable(
    known,
    view.agent,
    eligible.map(({ issue, fingerprint }) => ({ issue: summarizeIssue(issue), fingerprint })),
  );
}

function changes(
  known: Known,
  rules: ConfigView['tracker'],
  refreshed: readonly Sighting[],
  malformed: readonly string[],
): IssueChange[] {
  const byId = new Map(refreshed.map((sighting) => [sighting.issue.id, sighting]));
  return refreshable(known).flatMap((id) => {
    const task = known.tasks[id];
    const change = changeOf(rules, id, byId.get(id));
    const stays = task === undefined || malformed.includes(id) || isToldAlready(task, change);
    return stays ? [] : [change];
  });
}

/** Terminal comes first: an issue that is finished and unroutable is finished (SPEC 16.3). */
function changeOf(rules: ConfigView['tracker'], id: string, sighting: Sighting | undefined): IssueChange {
  if (sighting === undefined) return { id, fingerprint: null, kind: 'missing' };
  const { issue, fingerprint } = sighting;
  if (isTerminal(rules, issue.state)) return { id, fingerprint, kind: 'terminal', state: issue.state };
  if (isEligible(rules, issue)) return { id, fingerprint, kind: 'updated', issue: summarizeIssue(issue) };
  return { id, fingerprint, kind: 'ineligible', state: issue.state };
}

function isToldAlready(task: KnownTask, change: IssueChange): boolean {
  if (change.fingerprint !== null && change.fingerprint !== task.fingerprint) return false;
  if (change.kind !== 'updated') return task.observed === change.kind;
  return (task.observed ?? 'updated') === 'updated' && sameSummary(task.issue, change.issue);
}

/**
 * Settled issues that may be started again: seen not eligible (so that somebody has to make them
 * eligible again), or edited. One whose fingerprint is not known is never taken for edited.
 */
function unsettled(known: Known, rules: ConfigView['tracker'], active: readonly Sighting[]): string[] {
  const eligible = new Map(
    active
      .filter(({ issue }) => isEligible(rules, issue))
      .map(({ issue, fingerprint }) => [issue.id, fingerprint]),
  );
  return Object.entries(known.settled)
    .filter(([id, settled]) => {
      const fingerprint = eligible.get(id);
      if (fingerprint === undefined) return true;
      return settled.fingerprint !== null && settled.fingerprint !== fingerprint;
    })
    .map(([id]) => id);
}

function sameSummary(left: IssueSummary, right: IssueSummary): boolean {
  return (
    left.identifier === right.identifier &&
    left.title === right.title &&
    left.priority === right.priority &&
    left.state === right.state &&
    left.created_at === right.created_at
  );
}

function same(left: readonly Problem[], right: readonly Problem[]): boolean {
  return (
    left.length === right.length &&
    left.every(({ where, message, stops }, index) => {
      const other = right[index];
      return where === other?.where && message === other.message && stops === other.stops;
    })
  );
}
