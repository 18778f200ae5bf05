import type { ConfigRef } from './config-view.js';
import type { TurnLimits } from './budget.js';
import type { Holds } from './hold.js';
import { holdOf, stops, usedUpOf } from './hold.js';
import type { HostState, Leaving } from './hosts.js';
import { leavingOf, openSeats } from './hosts.js';
import type { IssueSummary } from './issue.js';
import type { Outcome, SlotState } from './task.js';
import { compareIssues, takeSlots } from './policy.js';
import type { SharedSpending } from './shared-budget.js';
import { leftForAll, newSharedSpending, sharedLimits } from './shared-budget.js';
import type { Usage } from './usage.js';

/** A live task, as its project sees it. */
export interface TrackedTask {
  issue: IssueSummary;
  slot: SlotState;
  /** A person does not want it to wait for a quota. */
  evenIfHeld?: true;
  /** What of it is counted already; missing while the project does not know. */
  counted?: Usage;
  /** The host of its workspace, or of its slot before it has one; missing while it has neither. */
  host?: string | null;
  /** The number of the change that it has open; missing while it has none. */
  change?: number;
  /** `<host> <why>` of each host that it was told to leave, until that one may be used again. */
  told?: string[];
}

/** Why an issue is not dispatched again by itself: until it was seen non-active or edited. */
export interface Settled {
  outcome: Outcome;
  fingerprint: string | null;
}

/** Something a person should mend: in the workflow file, or in the tracker. */
export interface Problem {
  /** The file, key or issue it is about. */
  where: string;
  message: string;
  /** Nothing new starts before it is mended: the workflow file cannot be used (SPEC 5.5, 6.3). */
  stops?: true;
}

/** Where a problem is that keeps changes from being looked at. */
export const forgePlace = 'forge';

export function isOfForge({ where }: Problem): boolean {
  return where === forgePlace;
}

/** The right to run an agent now, with what it takes. */
export interface Grant {
  config: ConfigRef;
  host: string;
  /** Why the task goes on at this host, and not at the one of its workspace. */
  moved?: Leaving;
  /** What all tasks together may still spend; missing in what an earlier version sent. */
  left?: TurnLimits;
  /** The kinds of agent whose quota is used up; missing where it is none. */
  usedUp?: string[];
}

/** All of the scheduler's state; plain JSON, carried whole through continue-as-new. Maps go by issue id. */
export interface ProjectState {
  project: string;
  config: ConfigRef;
  /** The host that watches the tracker, by whose workflow file the project goes. */
  host: string;
  /** All that have joined. */
  hosts: Record<string, HostState>;
  tasks: Record<string, TrackedTask>;
  settled: Record<string, Settled>;
  /** The newest fingerprint that was seen of each live task's issue. */
  fingerprints: Record<string, string>;
  /** What was last told of each live task's issue, so that it is not told again at every look. */
  observed: Record<string, IssueChange['kind']>;
  pausedBy: string | null;
  /** A look that was asked for when the run before this one ended. */
  lookAsked?: boolean;
  /** The same of changes. */
  changesAsked?: ChangesAsked;
  /** Quotas and budgets that are used up. */
  holds: Holds;
  spending: SharedSpending;
  problems: Problem[];
  seenMessages: string[];
  /** What people told the project, and what came of it; the newest ten. */
  remarks: string[];
}

/** Changes that somebody wants to be looked at now: those that are named, and maybe all others too. */
export interface ChangesAsked {
  numbers: number[];
  all: boolean;
}

/** An issue that may be started. */
export interface Candidate {
  issue: IssueSummary;
  /** Changes when a person edits the issue. */
  fingerprint: string;
}

/** What became of an issue that has a live task. */
export type IssueChange = { id: string; fingerprint: string | null } & (
  | { kind: 'updated'; issue: IssueSummary }
  | { kind: 'terminal'; state: string }
  | { kind: 'ineligible'; state: string }
  | { kind: 'missing' }
);

export interface KnownTask {
  issue: IssueSummary;
  slot: SlotState;
  fingerprint: string | null;
  /** Null before anything was told of it. */
  observed: IssueChange['kind'] | null;
  /** It asks for a slot, and its host has no room: it keeps none free for itself elsewhere. */
  waitsForHost?: true;
}

/** What the project knows; the watcher compares the tracker with it and reports only differences. */
export interface Known {
  configHash: string;
  tasks: Record<string, KnownTask>;
  settled: Record<string, Settled>;
  /** Whether new issues may be started at all. */
  dispatching: boolean;
  problems: Problem[];
  /** For so many more is there room on hosts; missing where that does not limit anything. */
  room?: number;
}

/** What one look at the tracker and the workflow file found to be different. */
export interface Poll {
  /** The new configuration, when the workflow file changed. */
  config: ConfigRef | null;
  /** To be started now, in order; no more than there are free slots. */
  candidates: Candidate[];
  changes: IssueChange[];
  /** Settled issues that may be candidates again. */
  unsettled: string[];
  /** Tasks that hold a slot although their workflow is closed. */
  closed: string[];
  /** The complete list when it differs from the known one, else null. */
  problems: Problem[] | null;
}

export function isQuiet(poll: Poll): boolean {
  return (
    poll.config === null &&
    poll.candidates.length === 0 &&
    poll.changes.length === 0 &&
    poll.unsettled.length === 0 &&
    poll.closed.length === 0 &&
    poll.problems === null
  );
}

export function newProject(project: string, config: ConfigRef, host: string): ProjectState {
  return {
    project,
    config,
    host,
    hosts: {},
    tasks: {},
    settled: {},
    fingerprints: {},
    observed: {},
    pausedBy: null,
    holds: {},
    spending: newSharedSpending(),
    problems: [],
    seenMessages: [],
    remarks: [],
  };
}

function heldSlots(state: ProjectState): IssueSummary[] {
  return Object.values(state.tasks)
    .filter((task) => task.slot === 'held')
    .map((task) => task.issue);
}

/** Whether the quota of every agent is used up, or what all tasks may spend. */
export function isHeld({ holds, config }: ProjectState): boolean {
  return holdOf(holds, config.view.agent) !== null;
}

/** Whether nothing new starts, because the workflow file cannot be used. */
export function isStopped({ problems }: { problems: readonly Problem[] }): boolean {
  return problems.some(({ stops }) => stops === true);
}

/** Whether work on it has begun: it goes on with the last good configuration. */
function hasBegun({ counted }: TrackedTask): boolean {
  return counted !== undefined && counted.turns > 0;
}

/** A slot for a task, and the host that it is on. */
export interface Place {
  id: string;
  host: string;
}

/** The tasks that get a slot now, in order, and where. */
export function slotsToGrant(state: ProjectState): Place[] {
  if (state.pausedBy !== null) return [];
  const hold = holdOf(state.holds, state.config.view.agent);
  const onlyBegun = isStopped(state);
  const asking = Object.values(state.tasks)
    .filter((task) => task.slot === 'asked' && !stops(hold, task) && (!onlyBegun || hasBegun(task)))
    .map((task) => task.issue)
    .sort(compareIssues);
  if (asking.length === 0) return [];
  const seats = openSeats(state);
  const places: Place[] = [];
  takeSlots(state.config.view.agent, heldSlots(state), asking, ({ id }) => {
    const host = seats.take(state.tasks[id]?.host);
    if (host !== null) places.push({ id, host });
    return host !== null;
  });
  return places;
}

/** The host on which a candidate can be started now, or null. */
export function placeFor(state: ProjectState, candidate: Candidate): string | null {
  const isStartable = startable(known(state), state.config.view.agent, [candidate]).length > 0;
  return isStartable ? openSeats(state).take() : null;
}

/**
 * What comes with a slot on a host: the configuration, and what a turn may spend of what all tasks share. `home` is
 * where the task has its workspace, if it has one.
 */
export function grantOf(state: ProjectState, host: string, now: number, home: string | null = null): Grant {
  const { config, holds, spending } = state;
  const usedUp = usedUpOf(holds, config.view.agent);
  const left = leftForAll(spending, sharedLimits(config.view), now);
  const moved = home === null || home === host ? null : leavingOf(state, home);
  return { config, host, left, ...(usedUp.length > 0 && { usedUp }), ...(moved && { moved }) };
}

/** The candidates that can be started with the slots that are free, in order. */
export function startable(
  known: Pick<Known, 'settled' | 'room'> & {
    tasks: Record<string, Pick<KnownTask, 'issue' | 'slot' | 'waitsForHost'>>;
  },
  limits: ConfigRef['view']['agent'],
  candidates: readonly Candidate[],
): Candidate[] {
  const tasks = Object.values(known.tasks);
  const running = tasks
    .filter(({ slot, waitsForHost }) => slot !== 'none' && !waitsForHost)
    .map((task) => task.issue);
  let room = known.room ?? Infinity;
  const fresh = candidates
    .filter(({ issue }) => !Object.hasOwn(known.tasks, issue.id) && !Object.hasOwn(known.settled, issue.id))
    .sort((left, right) => compareIssues(left.issue, right.issue));
  const chosen = new Set(
    takeSlots(
      limits,
      running,
      fresh.map((candidate) => candidate.issue),
      () => (room -= 1) >= 0,
    ),
  );
  return fresh.filter((candidate) => chosen.has(candidate.issue));
}

export function known(state: ProjectState): Known {
  const seats = openSeats(state);
  const room = seats.left();
  // A task that asks keeps a slot free for itself, but not one that its host has no room for.
  const waitsForHost = ({ slot, host }: TrackedTask) => slot === 'asked' && seats.find(host) === null;
  return {
    configHash: state.config.hash,
    tasks: Object.fromEntries(
      Object.entries(state.tasks).map(([id, task]) => [
        id,
        {
          issue: task.issue,
          slot: task.slot,
          fingerprint: state.fingerprints[id] ?? null,
          observed: state.observed[id] ?? null,
          ...(waitsForHost(task) && { waitsForHost: true as const }),
        },
      ]),
    ),
    settled: state.settled,
    dispatching: state.pausedBy === null && !isHeld(state),
    // What is wrong with the forge the watch of changes finds out, and not this one.
    problems: state.problems.filter((one) => !isOfForge(one)),
    ...(room !== null && { room }),
  };
}

export function projectWorkflowId(project: string): string {
  return `project/${project}`;
}
