import type { Question } from './task.js';

/** The answer that a text stands for: the number of an option stands for that option. */
export function answerOf({ options }: Question, text: string): string {
  const word = text.trim();
  const isNumber = /^[1-9]\d*$/.test(word) && !options.includes(word);
  return (isNumber ? options[Number(word) - 1] : undefined) ?? text;
}
