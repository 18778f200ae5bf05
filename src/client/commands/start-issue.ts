import { WorkflowNotFoundError } from '@temporalio/client';
import { projectWorkflowId } from '../../domain/project.js';
import { shellWord } from '../../domain/status.js';
import { startIssueUpdate } from '../../workflows/messages.js';
import { withEngine } from '../engine.js';
import { CliError, ExitCode } from '../error.js';
import { followTask } from '../follow-task.js';
import type { Invocation } from '../invocation.js';
import { newMessage, sendMessage } from '../message.js';
import { showProgress } from '../progress.js';
import { notRunning } from '../project-message.js';

/** Asks the project to start a tracker issue now, also one that was settled before. */
export async function startIssue(invocation: Invocation, identifier: string, wait: boolean): Promise<void> {
  const { out, json, by, stderr } = invocation;
  await withEngine(invocation, async (engine) => {
    const message = { ...newMessage(by), identifier };
    const sent = await showProgress(stderr, `Asking for ${identifier}`, () =>
      sendMessage(engine, projectWorkflowId(engine.project), startIssueUpdate, message).catch(
        (error: unknown) => {
          throw error instanceof WorkflowNotFoundError ? notRunning(engine.project) : error;
        },
      ),
    );
    if (wait) {
      out.remark(`${identifier}: ${sent.message}`);
      if (sent.kind === 'recorded') throw notFollowable(identifier);
      await followTask(engine, invocation, identifier);
    } else if (json) {
      const { id, kind: result, message } = sent;
      out.json({ task: identifier, project: engine.project, id, by, result, message });
    } else {
      out.line(`${identifier}: ${sent.message}`);
      out.line(`  status  continuo status ${shellWord(identifier)}`);
    }
  });
}

/** What runs under the identifier now may be an earlier life of the task. */
function notFollowable(identifier: string): CliError {
  return new CliError(
    ExitCode.failed,
    `task ${identifier} cannot be followed before a worker has started it`,
    'start one: continuo up',
  );
}
