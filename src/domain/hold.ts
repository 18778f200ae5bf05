import type { ConfigView } from './config-view.js';

/** Nothing is started with a credential before this time. */
export interface Hold {
  /** RFC 3339. */
  until: string;
  /** Why, in the agent's own words. */
  message: string;
}

/** By the kind of agent and how it logs in: the quota is one for all that share both. */
export type Holds = Record<string, Hold>;

/** Whose quota it is. */
export function credentialOf({ kind, auth = 'inherit' }: Pick<ConfigView['agent'], 'kind' | 'auth'>): string {
  return `${kind}/${auth}`;
}

export function holdOf(holds: Holds, agent: ConfigView['agent']): Hold | null {
  return holds[credentialOf(agent)] ?? null;
}

/** A hold that ends later replaces one that ends sooner. */
export function addHold(holds: Holds, credential: string, hold: Hold): void {
  const known = holds[credential];
  if (known === undefined || Date.parse(known.until) < Date.parse(hold.until)) holds[credential] = hold;
}

/** When the next hold ends, in milliseconds since 1970, or null. */
export function nextEnd(holds: Holds): number | null {
  const ends = Object.values(holds).map(({ until }) => Date.parse(until));
  return ends.length === 0 ? null : Math.min(...ends);
}

/** Forgets what has ended. */
export function dropEnded(holds: Holds, now: number): void {
  for (const [credential, { until }] of Object.entries(holds)) {
    if (Date.parse(until) <= now) delete holds[credential];
  }
}
