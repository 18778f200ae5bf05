import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { Issue } from '../domain/issue.js';
import { unreadIssue } from '../domain/issue.js';
import type { TaskStatus } from '../domain/status.js';
import { statusOf } from '../domain/status.js';
import type { ActivePhase, Stage, TaskState } from '../domain/task.js';
import type { Waiting } from '../domain/waiting.js';
import { activePhases, newTask } from '../domain/task.js';
import { readRecord } from './task-record.js';

/**
 * What can be said of a task without a worker: phase, title and what it waits for, from search
 * attributes and memo. Everything else is empty.
 */
export function recordedStatus(
  project: string,
  identifier: string,
  description: WorkflowExecutionDescription,
): TaskStatus {
  const record = readRecord(description);
  const state: TaskState = {
    ...newTask(project, nameless(identifier, record.title)),
    stage: stageOf(record.phase),
    waiting: waitingOf(record.waitingFor, record.decision),
    round: record.decision?.round ?? 1,
    headSha: record.decision?.sha ?? null,
  };
  const status = statusOf(state);
  return {
    ...status,
    waitingFor: status.waitingFor ?? (record.waitingFor && recordedWait(record.waitingFor)),
  };
}

/** What is known of a wait without its facts. */
function recordedWait(kind: string): string {
  return isWaiting(kind) ? waits[kind] : kind;
}

function isWaiting(kind: string): kind is Waiting['kind'] {
  return Object.hasOwn(waits, kind);
}

const waits: Record<Waiting['kind'], string> = {
  slot: 'a free slot',
  backoff: 'the next try after a failure',
  question: 'somebody to answer its agent',
  decision: 'a person to decide',
  landing: 'its turn to land',
  change: 'what its pull request lacks',
  base: 'a base that can take its change',
  budget: 'somebody to raise its budget',
  paused: 'somebody to resume it',
  taken: 'somebody to hand it back',
  retry: 'somebody to retry it, because it has failed',
};

/** The issue's own text is in the workflow's input only. */
function nameless(identifier: string, title: string): Issue {
  const unknown = { priority: null, state: '', created_at: null, source: 'tracker' } as const;
  return unreadIssue({ id: identifier, identifier, title, ...unknown });
}

function isActivePhase(phase: string): phase is ActivePhase {
  return activePhases.some((active) => active === phase);
}

function stageOf(phase: string): Stage {
  if (isActivePhase(phase)) return { phase };
  switch (phase) {
    case 'done':
      return { phase };
    case 'rejected':
    case 'cancelled':
      return { phase, by: '', note: '' };
    case 'failed':
      return { phase, reason: 'infrastructure', message: '', from: 'claim' };
    default:
      return { phase: 'claim' };
  }
}

function waitingOf(kind: string | null, decision: { sha: string; round: number } | null): Waiting | null {
  return kind === 'decision' && decision !== null
    ? { kind, ...decision, reasons: ['the reasons are shown when a worker is up'] }
    : null;
}
