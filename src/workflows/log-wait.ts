import { log } from '@temporalio/workflow';
import type { Waiting } from '../domain/waiting.js';
import { shortReason } from './log-fields.js';

/** A wait, and how long it may take where that is known. What people and agents have said stays out. */
export function logWait(waiting: Waiting): void {
  const until = 'until' in waiting ? waiting.until : undefined;
  const reason = reasonOf(waiting);
  log.info('task waits', {
    waiting_for: waiting.kind,
    until,
    ...(reason !== undefined && { reason: shortReason(reason) }),
  });
}

function reasonOf(waiting: Waiting): string | undefined {
  switch (waiting.kind) {
    case 'backoff':
      return waiting.error;
    case 'base':
      return waiting.message;
    case 'slot':
      return waiting.held?.message;
    case 'budget':
      return `${waiting.of}: ${waiting.spent} of ${waiting.limit}`;
    case 'decision':
      return waiting.reasons.join('; ');
    case 'paused':
    case 'taken':
      return `by ${waiting.by}`;
    default:
      return undefined;
  }
}
