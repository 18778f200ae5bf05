import { randomUUID } from 'node:crypto';
import {
  ApplicationFailure,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import type { Message, Receipt } from '../workflows/messages.js';
import type { Engine } from './engine.js';
import { CliError, ExitCode } from './error.js';
import { grpcCode, GrpcCode } from './grpc.js';

/** How long a worker may take to judge a message before it is left for later. */
const answerMs = 10_000;

/** What became of a message. */
export type Sent =
  | { kind: 'applied'; id: string; message: string }
  /** No worker is up: the message is in the workflow's history and takes effect with the next one. */
  | { kind: 'recorded'; id: string; message: string };

/**
 * Sends a message as an Update, which is refused when it does not apply. When no worker answers, the
 * same id goes as a Signal: whichever arrives second does nothing. Throws `CliError` with the
 * reason of a refusal, and `WorkflowNotFoundError` when no such workflow is running.
 */
export async function sendMessage<M extends Message>(
  engine: Engine,
  workflowId: string,
  update: UpdateDefinition<Receipt, [M]>,
  message: M,
): Promise<Sent> {
  const handle = engine.client.workflow.getHandle(workflowId);
  const { id } = message;
  try {
    const receipt = await engine.call(
      () => handle.executeUpdate(update, { args: [message], updateId: id }),
      answerMs,
    );
    return { kind: 'applied', id, message: receipt.message };
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) throw refusal(error);
    if (!isUnanswered(error)) throw error;
  }
  await engine.call(() => handle.signal(update.name, message));
  return { kind: 'recorded', id, message: 'recorded; applies when a worker is up' };
}

/** The part that every message carries. */
export function newMessage(by: string): Message {
  return { id: randomUUID(), by };
}

function refusal(error: WorkflowUpdateFailedError): CliError {
  const { cause } = error;
  const failure = cause instanceof ApplicationFailure ? cause : null;
  return failure?.type === 'no_such_issue'
    ? new CliError(ExitCode.noSuchTask, failure.message, 'only committed task files count', { cause })
    : new CliError(ExitCode.refused, `refused: ${failure?.message ?? error.message}`, null, { cause: error });
}

function isUnanswered(error: unknown): boolean {
  if (error instanceof WorkflowNotFoundError) return false;
  return (
    error instanceof WorkflowUpdateRPCTimeoutOrCancelledError ||
    grpcCode(error) === GrpcCode.failedPrecondition
  );
}
