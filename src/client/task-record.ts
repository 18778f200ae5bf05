import type { WorkflowExecutionDescription, WorkflowExecutionInfo } from '@temporalio/client';
import { identifierAttribute, phaseAttribute, waitingForAttribute } from '../workflows/search-attributes.js';

/** What Temporal itself knows of a task, with and without a worker. */
export interface TaskRecord {
  identifier: string;
  title: string;
  phase: string;
  /** The kind of wait, as in `waiting.kind` of the status, or null. */
  waitingFor: string | null;
  /** The decision that is waited for. */
  decision: { sha: string; round: number } | null;
  isOpen: boolean;
  startedAt: string;
  closedAt: string | null;
}

/** Reads search attributes and memo; a workflow that was closed from outside counts as failed or cancelled. */
export function readRecord(info: WorkflowExecutionInfo | WorkflowExecutionDescription): TaskRecord {
  const attributes = info.typedSearchAttributes;
  const isOpen = info.status.name === 'RUNNING' || info.status.name === 'PAUSED';
  const waitingFor = isOpen ? (attributes.get(waitingForAttribute) ?? null) : null;
  return {
    identifier: attributes.get(identifierAttribute) ?? info.workflowId,
    title: readTitle(info.memo),
    phase: closedPhase(info.status.name) ?? attributes.get(phaseAttribute) ?? 'claim',
    waitingFor,
    // The memo keeps the last decision that was waited for.
    decision: waitingFor === 'decision' ? readDecision(info.memo) : null,
    isOpen,
    startedAt: info.startTime.toISOString(),
    closedAt: info.closeTime?.toISOString() ?? null,
  };
}

/** The outcome of a workflow that did not get to say it itself. */
function closedPhase(status: WorkflowExecutionInfo['status']['name']): 'failed' | 'cancelled' | null {
  switch (status) {
    case 'FAILED':
    case 'TERMINATED':
    case 'TIMED_OUT':
      return 'failed';
    case 'CANCELLED':
      return 'cancelled';
    case 'RUNNING':
    case 'COMPLETED':
    case 'CONTINUED_AS_NEW':
    case 'PAUSED':
    case 'UNSPECIFIED':
    case 'UNKNOWN':
      return null;
    default:
      return status satisfies never;
  }
}

function readTitle(memo: Record<string, unknown> | undefined): string {
  const title = memo?.title;
  return typeof title === 'string' ? title : '';
}

function readDecision(memo: Record<string, unknown> | undefined): { sha: string; round: number } | null {
  const decision = memo?.decision;
  if (typeof decision !== 'object' || decision === null) return null;
  if (!('sha' in decision) || !('round' in decision)) return null;
  const { sha, round } = decision;
  return typeof sha === 'string' && typeof round === 'number' ? { sha, round } : null;
}
