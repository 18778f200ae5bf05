import type { ChangeSeen } from '../../domain/change.js';
import type { CheckResult } from '../../domain/evidence.js';

/** What a person who may write to the repository has said on a change, and nobody has heeded yet. */
export interface Word {
  /** The forge's own, such as `review/12`: whoever hears it twice knows it by that. */
  id: string;
  /** What the forge has to be told to have it answered. */
  handle: string;
  by: string;
  /** RFC 3339. */
  at: string;
  text: string;
  /** Of a review; null of what is merely said. */
  verdict: 'approve' | 'request_changes' | null;
  /** The commit that a review is about. */
  sha: string | null;
}

/** A change as it is now, and what people have said on it, oldest first. */
export interface Picture {
  seen: ChangeSeen;
  words: Word[];
}

/** A check that failed, in the forge's words. */
export interface FailedCheck {
  name: string;
  /** What it is, for people: where it ran. */
  what: string;
  kind: Exclude<CheckResult['kind'], 'passed' | 'invalid'>;
  durationMs: number;
  log: Buffer;
}

/** A forge that keeps changes, as far as it is read. Throws what it throws when it cannot be asked. */
export interface ChangeReader {
  /** How often it may be asked. */
  refreshMs: number;
  /** One that is not there is left out. */
  look(numbers: readonly number[]): Promise<Map<number, Picture>>;
  /** Shows the person that the word was heeded, or was not: the next look leaves it out. With words where there are any. */
  answer(number: number, word: Word, given: WordAnswer): Promise<void>;
  /** Has failed checks run once more. Key: the commit. */
  rerun(number: number, sha: string): Promise<boolean>;
  failedChecks(number: number, sha: string): Promise<FailedCheck[]>;
}

export type WordAnswer = { kind: 'heeded' } | { kind: 'refused'; why: string };
