import type { Question } from '../../domain/task.js';
import type { TurnOutcome } from '../../workflows/ports.js';

/** In characters: it becomes a line of the history, and the message of a commit. */
export const longestSummary = 2_000;

const longest = { message: 4_000, question: 8_000, option: 200 };
const mostOptions = 50;

/** What an agent says goes into histories, which take only so much; the whole is in the transcript. */
export function boundOutcome(outcome: TurnOutcome): TurnOutcome {
  switch (outcome.kind) {
    case 'completed':
      return { ...outcome, summary: short(outcome.summary, longestSummary) };
    case 'failed':
    case 'quota':
    case 'limit':
      return { ...outcome, message: short(outcome.message, longest.message) };
    case 'question':
      return { ...outcome, question: boundQuestion(outcome.question) };
    case 'stopped':
      return outcome;
  }
}

function boundQuestion({ id, text, options }: Question): Question {
  const shown = options.slice(0, mostOptions).map((option) => short(option, longest.option));
  return { id, text: short(text, longest.question), options: shown };
}

function short(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
