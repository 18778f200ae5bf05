import type { TurnUsage } from './usage.js';

/** What the turn that runs now has told last; no older than some seconds. */
export interface TurnProgress {
  turn: number;
  session: string | null;
  /** The newest few, oldest first; `at` is RFC 3339, `text` one line. */
  events: { at: string; type: string; text: string }[];
  /** What the agent has said last, in one line. */
  lastMessage: string | null;
  /** What the turn has spent so far; null where the agent does not say that before its end. */
  usage: TurnUsage | null;
}
