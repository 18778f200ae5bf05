import type { ConfigView } from './config-view.js';
import type { Usage } from './usage.js';

/** What a task may spend over its whole life. Minutes are those in which an agent runs. */
export const budgetKinds = ['usd', 'tokens', 'turns', 'minutes'] as const;
export type BudgetKind = (typeof budgetKinds)[number];

/** Limits that a person has set for one task in place of lower ones of the configuration. */
export type RaisedBudget = Partial<Record<BudgetKind, number>>;

/** A limit that is reached. */
export interface SpentBudget {
  of: BudgetKind;
  spent: number;
  limit: number;
}

/** What counts for the budget of a task. */
export interface Spending {
  usage: Usage;
  raised: RaisedBudget;
}

type Limits = ConfigView['limits'];

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
export function limitOf(raised: RaisedBudget, limits: Limits, kind: BudgetKind): number | null {
  const configured = limits[kind] ?? null;
  return configured === null ? null : Math.max(configured, raised[kind] ?? 0);
}

/** The first limit that is reached, or null. */
export function spentBudget(
  { usage, raised }: Spending,
  limits: Limits,
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
export function leftOf({ usage, raised }: Spending, limits: Limits) {
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

/** Why the limits cannot be set to these, or null. What is 0 stays as it is. */
export function refuseRaise(
  wanted: Record<BudgetKind, number>,
  { usage, raised }: Spending,
  limits: Limits | null,
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

/** `20.00 of 20.00 USD are spent` */
export function describeSpent({ of, spent, limit }: SpentBudget): string {
  return `${figure(of, spent)} of ${amount(of, limit)} are spent`;
}

/** `20.00 USD`, `60 turns` */
export function amount(kind: BudgetKind, value: number): string {
  return `${figure(kind, value)} ${kind === 'usd' ? 'USD' : kind}`;
}

function figure(kind: BudgetKind, value: number): string {
  if (kind === 'usd') return value.toFixed(2);
  return String(Math.round(value * 10) / 10);
}
