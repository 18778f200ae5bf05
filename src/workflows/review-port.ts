import type { TurnLimits } from '../domain/budget.js';
import type { CheckResult } from '../domain/evidence.js';
import type { EarlierFinding, Raised } from '../domain/finding.js';
import type { Workspace } from '../domain/task.js';
import type { TurnUsage } from '../domain/usage.js';
import type { Configured } from './ports.js';

/** What a reviewer is to look at. Prompts and commands stay on the host; so does the diff. */
export interface ReviewInput extends Configured {
  project: string;
  identifier: string;
  workspace: Workspace;
  sha: string;
  baseSha: string;
  round: number;
  /** Its name in the configuration. */
  reviewer: string;
  /** What the checks say of the commit. */
  checks: CheckResult[];
  /** The newest findings of the task so far, with what became of them. */
  earlier: EarlierFinding[];
  /** What this review may spend of what the task has left. */
  limits: TurnLimits;
}

export type ReviewOutcome = {
  /** Not in histories of earlier versions. */
  usage?: TurnUsage;
} & (
  | { kind: 'reviewed'; findings: Raised[] }
  /** No answer, or one that cannot be used, also at the second try. */
  | { kind: 'failed'; message: string }
  /** Ended because it has spent more than it may. */
  | { kind: 'limit'; message: string }
  /** The quota behind the reviewer's credential (see `credentialOf`) is used up until then (RFC 3339). */
  | { kind: 'quota'; until: string; message: string; credential: string }
);

export interface ReviewPort {
  /**
   * Lets one reviewer look at a commit, in a read-only copy of it, and checks what it says. Key: workflow run,
   * sha, round and reviewer.
   */
  review(input: ReviewInput): Promise<ReviewOutcome>;
}
