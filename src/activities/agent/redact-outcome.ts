import type { TurnOutcome } from '../../workflows/ports.js';
import type { Redact } from '../redact.js';

/** The outcome of a turn without secrets in what the agent said. */
export async function redactOutcome(outcome: TurnOutcome, redact: Redact): Promise<TurnOutcome> {
  switch (outcome.kind) {
    case 'completed':
      return { ...outcome, summary: await redact(outcome.summary) };
    case 'failed':
    case 'quota':
      return { ...outcome, message: await redact(outcome.message) };
    case 'question': {
      const { id, text, options } = outcome.question;
      const question = { id, text: await redact(text), options: await Promise.all(options.map(redact)) };
      return { ...outcome, question };
    }
  }
}
