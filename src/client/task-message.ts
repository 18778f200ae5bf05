import { WorkflowNotFoundError } from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import { shellWord } from '../domain/status.js';
import { taskWorkflowId } from '../domain/task.js';
import type { Message, Receipt } from '../workflows/messages.js';
import type { Engine } from './engine.js';
import { CliError, ExitCode } from './error.js';
import type { Invocation } from './invocation.js';
import type { Sent } from './message.js';
import { sendMessage } from './message.js';
import { showProgress } from './progress.js';
import { describeTask } from './task-status.js';
import { readRecord } from './task-record.js';

/** Sends a message to a task and prints what became of it. Throws `CliError`: no such task, or refused. */
export async function tellTask<M extends Message>(
  engine: Engine,
  { out, json, stderr }: Invocation,
  identifier: string,
  update: UpdateDefinition<Receipt, [M]>,
  message: M,
): Promise<Sent> {
  const workflowId = taskWorkflowId(engine.project, identifier);
  const sent = await showProgress(stderr, `Telling ${identifier}`, () =>
    sendMessage(engine, workflowId, update, message).catch(async (error: unknown) => {
      throw error instanceof WorkflowNotFoundError ? await closedTask(engine, identifier) : error;
    }),
  );
  if (json)
    out.json({
      task: identifier,
      command: update.name,
      id: sent.id,
      by: message.by,
      result: sent.kind,
      message: sent.message,
    });
  else out.line(`${identifier}: ${sent.message}`);
  if (sent.kind === 'recorded') out.remark('No worker is running. Start one: continuo up');
  return sent;
}

/** The refusal of a message to a task that is over; `describeTask` throws when it never was. */
async function closedTask(engine: Engine, identifier: string): Promise<CliError> {
  const { phase } = readRecord(await describeTask(engine, identifier));
  return new CliError(
    ExitCode.refused,
    `refused: task ${identifier} is over: ${phase}`,
    `see how it went: continuo status ${shellWord(identifier)}`,
  );
}
