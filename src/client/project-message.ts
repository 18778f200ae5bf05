import { WorkflowNotFoundError } from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import type { ProjectState } from '../domain/project.js';
import { projectWorkflowId } from '../domain/project.js';
import type { Message, Receipt } from '../workflows/messages.js';
import { projectQuery } from '../workflows/messages.js';
import type { Engine } from './engine.js';
import { CliError, ExitCode } from './error.js';
import { hasNoWorker } from './grpc.js';
import type { Invocation } from './invocation.js';
import { sendMessage } from './message.js';
import { showProgress } from './progress.js';

const queryMs = 3_000;

/** Sends a message to the project and prints what became of it. Throws `CliError`: it was never up, or refuses. */
export async function tellProject<M extends Message>(
  engine: Engine,
  { out, json, stderr }: Invocation,
  update: UpdateDefinition<Receipt, [M]>,
  message: M,
): Promise<void> {
  const { project } = engine;
  const sent = await showProgress(stderr, `Telling project ${project}`, () =>
    sendMessage(engine, projectWorkflowId(project), update, message).catch((error: unknown) => {
      throw error instanceof WorkflowNotFoundError ? notRunning(project) : error;
    }),
  );
  const { id, kind: result, message: text } = sent;
  if (json) out.json({ project, command: update.name, id, by: message.by, result, message: text });
  else out.line(`project ${project}: ${text}`);
}

/** The project's whole state. Throws `CliError`: it was never up, or no worker answers. */
export async function askProject(engine: Engine): Promise<ProjectState> {
  const handle = engine.client.workflow.getHandle(projectWorkflowId(engine.project));
  try {
    return await engine.call(() => handle.query(projectQuery), queryMs);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw notRunning(engine.project);
    if (!hasNoWorker(error)) throw error;
    throw new CliError(ExitCode.failed, 'no worker is running that could answer', 'start one: continuo up');
  }
}

export function notRunning(project: string): CliError {
  return new CliError(
    ExitCode.failed,
    `project ${JSON.stringify(project)} has never been up on this engine`,
    'start it: continuo up',
  );
}
