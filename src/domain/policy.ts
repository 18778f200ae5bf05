import type { ConfigView } from './config-view.js';
import type { Issue, IssueSummary } from './issue.js';
import { normalizeState } from './issue.js';

type TrackerRules = ConfigView['tracker'];

function hasState(states: readonly string[], state: string): boolean {
  const wanted = normalizeState(state);
  return states.some((candidate) => normalizeState(candidate) === wanted);
}

export function isActive(rules: TrackerRules, state: string): boolean {
  return hasState(rules.activeStates, state) && !isTerminal(rules, state);
}

export function isTerminal(rules: TrackerRules, state: string): boolean {
  return hasState(rules.terminalStates, state);
}

/** Dispatchable and carrying every required label; a blank required label matches nothing (SPEC 5.3.1, 8.2). */
export function isRoutable(rules: TrackerRules, issue: Issue): boolean {
  const required = rules.requiredLabels.map((label) => label.trim().toLowerCase());
  return issue.dispatchable && required.every((label) => label !== '' && issue.labels.includes(label));
}

/** Whether an issue may be worked on, apart from claims and slots (SPEC 8.2). */
export function isEligible(rules: TrackerRules, issue: Issue): boolean {
  return isActive(rules, issue.state) && isRoutable(rules, issue);
}

const unranked = 5;

function rank(priority: number | null): number {
  return priority !== null && priority >= 1 && priority <= 4 ? priority : unranked;
}

function byCodePoint(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/**
 * Dispatch order (SPEC 8.2): priorities 1 to 4, then everything else as one group; in a group the
 * oldest first, those without a date last; then by identifier, by code point and never by locale.
 */
export function compareIssues(left: IssueSummary, right: IssueSummary): number {
  return (
    rank(left.priority) - rank(right.priority) ||
    byCodePoint(left.created_at ?? '\uffff', right.created_at ?? '\uffff') ||
    byCodePoint(left.identifier, right.identifier)
  );
}

/** Delay before a failed attempt is repeated, in ms: 10 s, 20 s, 40 s, … up to the cap (SPEC 8.4). */
export function backoffMs(attempt: number, capMs: number): number {
  return Math.min(10_000 * 2 ** (attempt - 1), capMs);
}

/** The attempt number that follows a failure (SPEC 16.6). */
export function nextAttempt(attempt: number | null): number {
  return (attempt ?? 0) + 1;
}

/**
 * Takes issues in order while slots are free: globally, for each tracker state where a limit is set, and on
 * hosts: `seat` finds one a place, or none. One that is held back by its state's limit, or for which no host
 * has room, does not hold back those behind it (SPEC 8.3, 16.2, A.2).
 */
export function takeSlots<T extends { state: string }>(
  limits: ConfigView['agent'],
  running: readonly { state: string }[],
  ordered: readonly T[],
  seat: (issue: T) => boolean = () => true,
): T[] {
  const inState = new Map<string, number>();
  const count = (state: string) => inState.get(state) ?? 0;
  for (const { state } of running) inState.set(normalizeState(state), count(normalizeState(state)) + 1);

  let free = Math.max(limits.maxConcurrent - running.length, 0);
  return ordered.filter((issue) => {
    const state = normalizeState(issue.state);
    const limit = limits.maxConcurrentByState[state] ?? limits.maxConcurrent;
    if (free === 0 || count(state) >= limit || !seat(issue)) return false;
    free -= 1;
    inState.set(state, count(state) + 1);
    return true;
  });
}
