import type { WorkflowExecutionDescription } from '@temporalio/client';
import { WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import type { QueryDefinition } from '@temporalio/common';
import type { Closed } from '../domain/remedy.js';
import { withRemedy } from '../domain/remedy.js';
import type { TaskStatus } from '../domain/status.js';
import type { TaskError } from '../domain/task.js';
import { isOutcome, taskWorkflowId } from '../domain/task.js';
import { statusQuery } from '../workflows/messages.js';
import type { Engine } from './engine.js';
import { CliError, ExitCode } from './error.js';
import { hasNoWorker } from './grpc.js';
import { pendingError } from './pending-error.js';
import { recordedStatus } from './recorded-status.js';
import { readRecord } from './task-record.js';
import { turnProgress } from './turn-progress.js';

/** How long a worker may take to answer a query. */
const queryMs = 3_000;

/** What was found out about a task, and how. */
export interface Sighting {
  status: TaskStatus;
  /** Whether a worker answered; otherwise most of the status is empty. */
  isLive: boolean;
  /** Whether the workflow still runs; a failed task runs on for a while, so that it can be retried. */
  isOpen: boolean;
}

/**
 * Looks at one task: the workflow's own status when a worker answers, else what Temporal recorded.
 * The last failure of a pending activity is its `lastError`. Throws `CliError` when there is no such task.
 */
export async function lookAtTask(engine: Engine, identifier: string): Promise<Sighting> {
  const description = await describeTask(engine, identifier);
  const answer = await queryTask(engine, identifier, statusQuery);
  const status = answer ?? recordedStatus(engine.project, identifier, description);
  const newer = pendingError(description) ?? (await closingError(engine, description));
  const lastError = newer === null ? status.lastError : withRemedy(newer);
  const isOpen = readRecord(description).isOpen;
  const seen = { ...status, lastError, turn: await turnProgress(engine.client, description) };
  return { status: isOpen ? seen : asClosed(seen, description), isLive: answer !== null, isOpen };
}

/** Throws `CliError` when there is no such task. */
export async function describeTask(
  engine: Engine,
  identifier: string,
): Promise<WorkflowExecutionDescription> {
  const handle = engine.client.workflow.getHandle(taskWorkflowId(engine.project, identifier));
  try {
    return await engine.call(() => handle.describe());
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw noSuchTask(engine.project, identifier);
  }
}

export function noSuchTask(project: string, identifier: string): CliError {
  return new CliError(
    ExitCode.noSuchTask,
    `there is no task ${JSON.stringify(identifier)} in project ${JSON.stringify(project)}`,
    'see the tasks: continuo list --all',
  );
}

/** Null when no worker answers. */
export async function queryTask<T>(
  engine: Engine,
  identifier: string,
  query: QueryDefinition<T>,
): Promise<T | null> {
  const handle = engine.client.workflow.getHandle(taskWorkflowId(engine.project, identifier));
  try {
    return await engine.call(() => handle.query(query), queryMs);
  } catch (error) {
    if (hasNoWorker(error)) return null;
    throw error;
  }
}

/** A workflow that was ended from outside did not get to say so in its own status. */
function asClosed(status: TaskStatus, description: WorkflowExecutionDescription): TaskStatus {
  const { phase } = recordedStatus(status.project, status.task, description);
  return {
    ...status,
    phase: isOutcome(status.phase) ? status.phase : phase,
    waiting: null,
    waitsSince: null,
    waitingFor: null,
    next: [],
  };
}

/** Why a closed workflow failed, or null when it did not. */
async function closingError(
  engine: Engine,
  { workflowId, runId, status, closeTime }: WorkflowExecutionDescription,
): Promise<TaskError | null> {
  const category = closedAs(status.name);
  if (category === null) return null;
  const at = (closeTime ?? new Date()).toISOString();
  try {
    await engine.call(() => engine.client.workflow.result(workflowId, runId, { followRuns: false }));
  } catch (error) {
    if (error instanceof WorkflowFailedError) {
      return { category, message: error.cause?.message ?? error.message, at };
    }
    throw error;
  }
  return null;
}

function closedAs(name: WorkflowExecutionDescription['status']['name']): Closed | null {
  switch (name) {
    case 'FAILED':
      return 'failed';
    case 'TERMINATED':
      return 'terminated';
    case 'TIMED_OUT':
      return 'timed_out';
    default:
      return null;
  }
}
