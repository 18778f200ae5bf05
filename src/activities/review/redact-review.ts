import type { Raised } from '../../domain/finding.js';
import type { ReviewOutcome } from '../../workflows/review-port.js';
import type { Redact } from '../redact.js';

/** The outcome of a review without secrets in what the reviewer said. */
export async function redactReview(outcome: ReviewOutcome, redact: Redact): Promise<ReviewOutcome> {
  if (outcome.kind !== 'reviewed') return { ...outcome, message: await redact(outcome.message) };
  return { ...outcome, findings: await Promise.all(outcome.findings.map((raised) => clean(raised, redact))) };
}

async function clean(raised: Raised, redact: Redact): Promise<Raised> {
  const { claim, evidence, suggestion, doubt } = raised;
  const orNull = (text: string | null) => (text === null ? null : redact(text));
  return {
    ...raised,
    claim: await redact(claim),
    evidence: await redact(evidence),
    suggestion: await orNull(suggestion),
    doubt: await orNull(doubt),
  };
}
