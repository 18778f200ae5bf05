import type { TurnUsage, Usage } from './usage.js';

/** What may be spent. Minutes are those in which an agent runs. */
export const budgetKinds = ['usd', 'tokens', 'turns', 'minutes'] as const;
export type BudgetKind = (typeof budgetKinds)[number];

/** What is missing is not limited. */
export type BudgetLimits = Partial<Record<BudgetKind, number>>;

/** Limits that a person has set in place of lower ones of the configuration. */
export type RaisedBudget = BudgetLimits;

/** What one turn may spend. Null where nothing limits it. */
export interface TurnLimits {
  tokens: number | null;
  usd: number | null;
  /** Time in which an agent runs, in milliseconds. */
  ms?: number;
}

export const noTurnLimits: TurnLimits = { tokens: null, usd: null };

/** A limit that is reached. */
export interface SpentBudget {
  of: BudgetKind;
  spent: number;
  limit: number;
}

/** What counts for a budget. */
export interface Spending {
  usage: Usage;
  raised: RaisedBudget;
}

const msPerMinute = 60_000;

/** What has been spent; a price that nobody knows counts as nothing. */
export function spentOf({ turns, totalTokens, costUsd, agentMs }: Usage, kind: BudgetKind): number {
  switch (kind) {
    case 'usd':
      return costUsd ?? 0;
    case 'tokens':
      return totalTokens;
    case 'turns':
      return turns;
    case 'minutes':
      return agentMs / msPerMinute;
  }
}

/** The higher one of what the configuration and a person allow, or null where the configuration limits nothing. */
export function limitOf(raised: RaisedBudget, limits: BudgetLimits, kind: BudgetKind): number | null {
  const configured = limits[kind] ?? null;
  return configured === null ? null : Math.max(configured, raised[kind] ?? 0);
}

/** The first limit that is reached, or null. */
export function spentBudget(
  { usage, raised }: Spending,
  limits: BudgetLimits,
  kinds: readonly BudgetKind[] = budgetKinds,
): SpentBudget | null {
  for (const of of kinds) {
    const limit = limitOf(raised, limits, of);
    const spent = spentOf(usage, of);
    if (limit !== null && spent >= limit) return { of, spent, limit };
  }
  return null;
}

/** What is left for the next turn; null where nothing limits it. */
export function leftOf({ usage, raised }: Spending, limits: BudgetLimits): TurnLimits {
  const left = (kind: BudgetKind) => {
    const limit = limitOf(raised, limits, kind);
    return limit === null ? null : limit - spentOf(usage, kind);
  };
  const minutes = left('minutes');
  return {
    tokens: left('tokens'),
    usd: left('usd'),
    ...(minutes !== null && { ms: Math.ceil(minutes * msPerMinute) }),
  };
}

/** The limits of a turn that has spent this already. */
export function addToLimits({ tokens, usd, ms }: TurnLimits, spent: TurnUsage): TurnLimits {
  return {
    tokens: tokens === null ? null : tokens + spent.totalTokens,
    usd: usd === null ? null : usd + (spent.costUsd ?? 0),
    ...(ms !== undefined && { ms: ms + spent.agentMs }),
  };
}

/** Of two limits the narrower one. */
export function narrower(one: TurnLimits, other: TurnLimits): TurnLimits {
  const least = (left: number | null, right: number | null) =>
    left === null || right === null ? (left ?? right) : Math.min(left, right);
  const ms = least(one.ms ?? null, other.ms ?? null);
  return {
    tokens: least(one.tokens, other.tokens),
    usd: least(one.usd, other.usd),
    ...(ms !== null && { ms }),
  };
}

/** Why the limits cannot be set to these, or null. What is 0 stays as it is. */
export function refuseRaise(
  wanted: Record<BudgetKind, number>,
  { usage, raised }: Spending,
  limits: BudgetLimits | null,
): string | null {
  const named = budgetKinds.filter((kind) => wanted[kind] !== 0);
  if (named.length === 0) return 'no limit is named';
  for (const kind of named) {
    const value = wanted[kind];
    const isWhole = kind === 'usd' || kind === 'minutes' || Number.isInteger(value);
    if (!(value > 0 && Number.isFinite(value) && isWhole)) return `${kind} cannot be ${value}`;
    const limit = limits && limitOf(raised, limits, kind);
    if (limits !== null && limit === null) return `nothing limits its ${kind}`;
    if (limit !== null && value <= limit) return `its limit of ${kind} is ${limit} already`;
    const spent = spentOf(usage, kind);
    if (value <= spent) return `${amount(kind, spent)} are spent already`;
  }
  return null;
}

/** Sets the limits that are named, those above 0, and says which they are now. */
export function raiseLimits(raised: RaisedBudget, wanted: Record<BudgetKind, number>): string {
  const named = budgetKinds.filter((kind) => wanted[kind] !== 0);
  for (const kind of named) raised[kind] = wanted[kind];
  return named.map((kind) => amount(kind, wanted[kind])).join(', ');
}

/** `20.00 of 20.00 USD are spent` */
export function describeSpent({ of, spent, limit }: SpentBudget): string {
  return `${figure(of, spent)} of ${amount(of, limit)} are spent`;
}

/** `20.00 USD`, `60 turns` */
export function amount(kind: BudgetKind, value: number): string {
  return `${figure(kind, value)} ${kind === 'usd' ? 'USD' : kind}`;
}

/** `20.00`, `60` */
export function figure(kind: BudgetKind, value: number): string {
  if (kind === 'usd') return value.toFixed(2);
  return String(Math.round(value * 10) / 10);
}
