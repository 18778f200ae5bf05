import type { Bounds } from './bounds.js';
import { lastWithin } from './bounds.js';
import type { Feedback } from './feedback.js';

/** What a person has said about the work, for the agent to hear. */
export type Word = Extract<Feedback, { by: string }>;

/** A task's state and the start of a fork have to fit into a payload, and the prompt into an agent's mind. */
const mostKept: Bounds = { count: 50, bytes: 100_000 };

export function isWord(feedback: Feedback): feedback is Word {
  return 'by' in feedback;
}

/** The newest words, with those that a turn was just told. */
export function keepWords(words: readonly Word[], told: readonly Feedback[]): Word[] {
  return lastWithin([...words, ...told.filter(isWord).map(withoutFiles)], mostKept);
}

/** What had been said until then (RFC 3339). What an earlier version recorded has no time and counts as old. */
export function wordsUntil(words: readonly Word[], until: string): Word[] {
  return words.filter(({ at = '' }) => at <= until);
}

/** Tells again what was said before, to an agent that may know nothing of it. */
export function saidBefore(words: readonly Word[]): Feedback[] {
  return words.length === 0 ? [] : [{ kind: 'before', words: [...words] }];
}

/** Which files conflicted then says nothing of now. */
function withoutFiles(word: Word): Word {
  return word.kind === 'rewind' || word.kind === 'pushed' ? { ...word, conflicts: [] } : word;
}
