import type { Turn } from '../agent.js';

const nothingNew = `Go on with the task where you left it. If it is done, say so in one sentence.`;

/** What a thread is told that knows nothing of the task. */
export function firstMessage({ prompt, guidance }: Turn): string {
  return [prompt, guidance].filter((part) => part !== '').join('\n\n');
}

/** What a thread is told that knows the task: never the whole prompt again (SPEC 7.1). */
export function nextMessage({ guidance }: Turn): string {
  return guidance === '' ? nothingNew : guidance;
}
