import type { SpentBudget } from './budget.js';
import type { Hold } from './hold.js';
import type { Question } from './task.js';

/** What a task waits for. Nothing of this holds a slot. Times are RFC 3339. */
export type Waiting =
  /** `held` where the agent's quota is used up, or a budget that all tasks share. */
  | { kind: 'slot'; since: string; held?: Hold }
  | { kind: 'backoff'; until: string; error: string }
  | { kind: 'question'; question: Question }
  | { kind: 'decision'; sha: string; round: number; reasons: string[] }
  | { kind: 'landing'; since: string }
  /** The change waits at its forge, for what the reasons say. */
  | { kind: 'change'; number: number; url: string; reasons: string[] }
  /** The base cannot take the change now; a person has to act, and it is tried again by itself. */
  | { kind: 'base'; message: string; until: string }
  /** A person may let it spend more. */
  | ({ kind: 'budget' } & SpentBudget)
  | { kind: 'paused'; by: string; since: string }
  /** A person works in the workspace; `problem` is why their last hand-back could not be taken. */
  | { kind: 'taken'; by: string; since: string; problem: string | null }
  /** Parked as failed, closed at `until`. */
  | { kind: 'retry'; until: string };

const everyWait: Record<Waiting['kind'], true> = {
  slot: true,
  backoff: true,
  question: true,
  decision: true,
  landing: true,
  change: true,
  base: true,
  budget: true,
  paused: true,
  taken: true,
  retry: true,
};

export const waitingKinds = Object.keys(everyWait);
