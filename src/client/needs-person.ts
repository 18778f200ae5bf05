import type { Waiting } from '../domain/waiting.js';

/** Whether a wait goes on until a person does something. */
export function needsPerson(waiting: Waiting | null): boolean {
  switch (waiting?.kind) {
    case 'decision':
    case 'question':
    case 'base':
    case 'budget':
    case 'taken':
    case 'paused':
    case 'retry':
      return true;
    case 'slot':
    case 'backoff':
    case 'landing':
    case 'change':
    case undefined:
      return false;
    default:
      return waiting satisfies never;
  }
}
