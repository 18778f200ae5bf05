import type { Report } from '../../domain/report.js';
import type { Answers, TurnOutcome } from '../../workflows/ports.js';
import type { Redact } from '../redact.js';

/** The outcome of a turn without secrets in what the agent said. */
export async function redactOutcome(outcome: TurnOutcome, redact: Redact): Promise<TurnOutcome> {
  const clean = await redactKind(outcome, redact);
  return outcome.report === undefined
    ? clean
    : { ...clean, report: await redactReport(outcome.report, redact) };
}

async function redactReport({ done, next, notes }: Report, redact: Redact): Promise<Report> {
  const all = (items: string[]) => Promise.all(items.map(redact));
  return { done: await all(done), next: await all(next), notes: await redact(notes) };
}

async function redactKind(outcome: TurnOutcome, redact: Redact): Promise<TurnOutcome> {
  switch (outcome.kind) {
    case 'completed':
      return {
        ...outcome,
        summary: await redact(outcome.summary),
        ...(outcome.answers !== undefined && { answers: await redactAnswers(outcome.answers, redact) }),
      };
    case 'failed':
    case 'quota':
    case 'limit':
      return { ...outcome, message: await redact(outcome.message) };
    case 'stopped':
      return outcome;
    case 'question': {
      const { id, text, options } = outcome.question;
      const question = { id, text: await redact(text), options: await Promise.all(options.map(redact)) };
      return { ...outcome, question };
    }
  }
}

async function redactAnswers({ refuted, problem }: Answers, redact: Redact): Promise<Answers> {
  const clean = refuted.map(async ({ id, reason }) => ({ id, reason: await redact(reason) }));
  return { refuted: await Promise.all(clean), problem };
}
