import type { Raised } from '../../src/domain/finding.js';
import { noTurnUsage } from '../../src/domain/usage.js';
import type { ReviewOutcome } from '../../src/workflows/review-port.js';

/** A remark of a reviewer that holds and blocks, unless it is changed. */
export function raised(changes: Partial<Raised> = {}): Raised {
  return {
    id: 'f1',
    severity: 'blocking',
    file: 'src/sum.ts',
    line: 3,
    claim: 'The sum leaves out the last number',
    evidence: 'sum([1, 2]) is 1',
    suggestion: null,
    doubt: null,
    ...changes,
  };
}

export function reviewed(...findings: Raised[]): ReviewOutcome {
  return { kind: 'reviewed', findings, usage: noTurnUsage };
}

export function unusable(message: string): ReviewOutcome {
  return { kind: 'failed', message, usage: noTurnUsage };
}
