import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { writeWhole } from '../../config/atomic-write.js';
import { TurnUsage } from '../agent/turn-record.js';
import { severities } from '../../domain/finding.js';
import type { ReviewInput, ReviewOutcome } from '../../workflows/review-port.js';

const Raised = z.object({
  id: z.string(),
  severity: z.enum(severities),
  file: z.string().nullable(),
  line: z.number().nullable(),
  claim: z.string(),
  evidence: z.string(),
  suggestion: z.string().nullable(),
  doubt: z.string().nullable(),
});

const Outcome = z
  .object({ usage: TurnUsage })
  .and(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('reviewed'), findings: z.array(Raised) }),
      z.object({ kind: z.literal('failed'), message: z.string() }),
    ]),
  );

const Stored = z.object({
  workflowRun: z.string(),
  sha: z.string(),
  round: z.number(),
  reviewer: z.string(),
  outcome: Outcome,
});

/** How a review ended that is not asked for again. */
export type MadeReview = Extract<ReviewOutcome, { kind: 'reviewed' | 'failed' }>;

export interface ReviewRecord {
  /** Null when the review has not ended. */
  read(): Promise<MadeReview | null>;
  write(outcome: MadeReview): Promise<void>;
}

/** The outcome of one review in the run directory. Key: workflow run, sha, round and reviewer. */
export function reviewRecord(
  file: string,
  workflowRun: string,
  { sha, round, reviewer }: Pick<ReviewInput, 'sha' | 'round' | 'reviewer'>,
): ReviewRecord {
  const key = { workflowRun, sha, round, reviewer };
  return {
    async read() {
      try {
        const { outcome, ...stored } = Stored.parse(JSON.parse(await readFile(file, 'utf8')));
        return JSON.stringify(stored) === JSON.stringify(key) ? outcome : null;
      } catch {
        // None yet, or one of another version: the reviewer looks again.
        return null;
      }
    },
    write: (outcome) => writeWhole(file, `${JSON.stringify({ ...key, outcome }, null, 2)}\n`),
  };
}
