import { fitText } from './text-width.js';

const titleLimit = 72;

/** The first line of a prompt, at most 72 columns wide. */
export function titleOf(prompt: string): string {
  const line = (prompt.split('\n', 1)[0] ?? '')
    .replace(/^#+\s*/, '')
    .replace(/\s+/g, ' ')
    .trim();
  return fitText(line, titleLimit);
}
