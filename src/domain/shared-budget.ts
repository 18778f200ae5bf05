import type { BudgetLimits, RaisedBudget, Spending, SpentBudget, TurnLimits } from './budget.js';
import { budgetKinds, leftOf, narrower, spentBudget } from './budget.js';
import { dateAt, nextDay } from './calendar.js';
import type { Usage } from './usage.js';
import { noUsage, sumUsage, usageSince } from './usage.js';

/** All tasks of a project share these. */
export const sharedScopes = ['day', 'project'] as const;
export type SharedScope = (typeof sharedScopes)[number];

/** What all tasks may spend together: on each day of the time zone, and in all. */
export type SharedLimits = Record<SharedScope, BudgetLimits> & { timeZone: string };

/** A day on which something was spent, or its limits were raised. */
export interface Day extends Spending {
  /** `2026-01-31` */
  date: string;
}

/** What all tasks have spent together. */
export interface SharedSpending {
  /** Oldest first; the newest fifty. */
  days: Day[];
  project: Spending;
}

/** A shared limit that is reached. */
export interface SharedSpent extends SpentBudget {
  scope: SharedScope;
}

const mostDays = 50;

export function newSharedSpending(): SharedSpending {
  return { days: [], project: { usage: noUsage, raised: {} } };
}

/** What a view of the configuration may have; missing in what an earlier version recorded. */
interface Configured {
  shared?: SharedLimits;
}

export function sharedLimits({ shared }: Configured): SharedLimits {
  return shared ?? { day: {}, project: {}, timeZone: 'UTC' };
}

/** Whether each turn is to be weighed against what others spend. */
export function hasSharedLimits(view: Configured): boolean {
  const limits = sharedLimits(view);
  return sharedScopes.some((scope) => budgetKinds.some((kind) => limits[scope][kind] !== undefined));
}

/**
 * Counts what a task has spent over its whole life, as it reports it again and again. `counted` is what its last report
 * was; what one that was not known before has spent until now is of no day.
 */
export function countReport(
  spending: SharedSpending,
  { timeZone }: SharedLimits,
  now: number,
  { counted, reported }: { counted: Usage | undefined; reported: Usage },
): void {
  const { project } = spending;
  project.usage = sumUsage(project.usage, usageSince(counted ?? noUsage, reported));
  const today = usageSince(counted ?? reported, reported);
  if (today.turns === 0 && today.agentMs === 0 && today.totalTokens === 0) return;
  const day = dayOf(spending, dateAt(timeZone, now));
  day.usage = sumUsage(day.usage, today);
}

/** What counts now for the day, or for the project. */
export function spendingIn(
  { days, project }: SharedSpending,
  scope: SharedScope,
  { timeZone }: SharedLimits,
  now: number,
): Spending {
  if (scope === 'project') return project;
  const today = dateAt(timeZone, now);
  return days.find(({ date }) => date === today) ?? { usage: noUsage, raised: {} };
}

/** Limits that a person has set, to be changed: those of a day hold for that day. */
export function raisedIn(
  spending: SharedSpending,
  scope: SharedScope,
  { timeZone }: SharedLimits,
  now: number,
): RaisedBudget {
  return scope === 'project' ? spending.project.raised : dayOf(spending, dateAt(timeZone, now)).raised;
}

/** The limit of the scope that is reached, or null. */
export function spentIn(
  spending: SharedSpending,
  scope: SharedScope,
  limits: SharedLimits,
  now: number,
): SharedSpent | null {
  const spent = spentBudget(spendingIn(spending, scope, limits, now), limits[scope]);
  return spent && { scope, ...spent };
}

/** When the limit is there again by itself, RFC 3339; null for never. */
export function endOfScope(scope: SharedScope, { timeZone }: SharedLimits, now: number): string | null {
  return scope === 'project' ? null : new Date(nextDay(timeZone, now)).toISOString();
}

/** What a turn that begins now may spend. */
export function leftForAll(spending: SharedSpending, limits: SharedLimits, now: number): TurnLimits {
  const left = (scope: SharedScope) => leftOf(spendingIn(spending, scope, limits, now), limits[scope]);
  return narrower(left('day'), left('project'));
}

function dayOf({ days }: SharedSpending, date: string): Day {
  const known = days.find((day) => day.date === date);
  if (known !== undefined) return known;
  const day: Day = { date, usage: noUsage, raised: {} };
  days.push(day);
  days.splice(0, days.length - mostDays);
  return day;
}
