import { WorkflowNotFoundError } from '@temporalio/client';
import { projectWorkflowId } from '../../domain/project.js';
import { pauseUpdate, resumeUpdate } from '../../workflows/messages.js';
import { withEngine } from '../engine.js';
import { CliError, ExitCode } from '../error.js';
import type { Invocation } from '../invocation.js';
import { newMessage, sendMessage } from '../message.js';
import { showProgress } from '../progress.js';

/** Pauses or resumes the whole project: its live tasks, and the start of new ones. */
export async function sendProjectNote(
  invocation: Invocation,
  kind: 'pause' | 'resume',
  note: string,
  now = false,
): Promise<void> {
  const { out, json, by, stderr } = invocation;
  await withEngine(invocation, async (engine) => {
    const message = { ...newMessage(by), note, now };
    const update = kind === 'pause' ? pauseUpdate : resumeUpdate;
    const sent = await showProgress(stderr, `Telling project ${engine.project}`, () =>
      sendMessage(engine, projectWorkflowId(engine.project), update, message).catch((error: unknown) => {
        throw error instanceof WorkflowNotFoundError ? notRunning(engine.project) : error;
      }),
    );
    if (json)
      out.json({
        project: engine.project,
        command: kind,
        id: sent.id,
        by,
        result: sent.kind,
        message: sent.message,
      });
    else out.line(`project ${engine.project}: ${sent.message}`);
  });
}

export function notRunning(project: string): CliError {
  return new CliError(
    ExitCode.failed,
    `project ${JSON.stringify(project)} has never been up on this engine`,
    'start it: continuo up',
  );
}
