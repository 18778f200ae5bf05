import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import type { Decision } from '../../src/domain/decision.js';
import type { DecideMessage } from '../../src/workflows/messages.js';
import { decideUpdate } from '../../src/workflows/messages.js';

type Verdict = Decision['verdict'];

/** What every message of a person has. */
export function said(note = '', by = 'ann') {
  return { id: randomUUID(), by, note };
}

export function decision(verdict: Verdict, sha: string, round: number, by = 'ann'): DecideMessage {
  return { ...said(verdict === 'approve' ? '' : 'because', by), verdict, sha, round };
}

export function decide(handle: WorkflowHandle, ...about: Parameters<typeof decision>) {
  return handle.executeUpdate(decideUpdate, { args: [decision(...about)] });
}
