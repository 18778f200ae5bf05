import type { ConfigView } from './config-view.js';
import { kindsOf } from './player.js';
import type { SharedSpent } from './shared-budget.js';
import { sharedScopes } from './shared-budget.js';

/** Nothing is started before this ends: a quota that is used up, or a budget that all tasks share. */
export interface Hold {
  /** RFC 3339; null until a person does something about it. */
  until: string | null;
  /** Why: for a quota in the agent's own words. */
  message: string;
  /** The budget that is used up; missing where it is a quota. */
  spent?: SharedSpent;
}

/**
 * Quotas by the kind of agent and how it logs in (the quota is one for all that share both), budgets by their scope.
 */
export type Holds = Record<string, Hold>;

/** Whose quota it is. */
export function credentialOf({ kind, auth = 'inherit' }: Pick<ConfigView['agent'], 'kind' | 'auth'>): string {
  return `${kind}/${auth}`;
}

/** What is in the way of the next turn: the budget first, because no retry gets around it. */
export function holdOf(holds: Holds, agent: ConfigView['agent']): Hold | null {
  const [first = null] = sharedScopes.flatMap((key) => holds[key] ?? []);
  return first ?? quotaOf(holds, agent);
}

/** A quota is in the way only where no agent has one left: then the one that comes back first. */
function quotaOf(holds: Holds, agent: ConfigView['agent']): Hold | null {
  if (usedUpOf(holds, agent).length < kindsOf(agent).length) return null;
  const quotas = kindsOf(agent).flatMap((kind) => holds[credentialOf({ ...agent, kind })] ?? []);
  const [first = null] = quotas.sort((one, other) => endOf(one) - endOf(other));
  return first;
}

/** The kinds of agent whose quota is used up. */
export function usedUpOf(holds: Holds, agent: ConfigView['agent']): string[] {
  return kindsOf(agent).filter((kind) => holds[credentialOf({ ...agent, kind })] !== undefined);
}

/** Whether it is in the way of a task: a person may have one try a quota, and cannot spend what is spent. */
export function stops(hold: Hold | null, { evenIfHeld }: { evenIfHeld?: true }): hold is Hold {
  return hold !== null && (evenIfHeld !== true || hold.spent !== undefined);
}

/** A hold that ends later replaces one that ends sooner. */
export function addHold(holds: Holds, credential: string, hold: Hold): void {
  const known = holds[credential];
  if (known === undefined || endOf(known) < endOf(hold)) holds[credential] = hold;
}

/** When the next hold ends by itself, in milliseconds since 1970, or null. */
export function nextEnd(holds: Holds): number | null {
  const end = Math.min(...Object.values(holds).map(endOf));
  return end === Infinity ? null : end;
}

/** Forgets what has ended. */
export function dropEnded(holds: Holds, now: number): void {
  for (const [key, hold] of Object.entries(holds)) {
    if (endOf(hold) <= now) delete holds[key];
  }
}

function endOf({ until }: Hold): number {
  return until === null ? Infinity : Date.parse(until);
}
