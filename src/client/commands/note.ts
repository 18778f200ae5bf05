import * as messages from '../../workflows/messages.js';
import { withEngine } from '../engine.js';
import { CliError, ExitCode } from '../error.js';
import type { Invocation } from '../invocation.js';
import { newMessage } from '../message.js';
import { tellTask } from '../task-message.js';

const updates = {
  steer: messages.steerUpdate,
  pause: messages.pauseUpdate,
  resume: messages.resumeUpdate,
  cancel: messages.cancelUpdate,
  retry: messages.retryUpdate,
} as const;

/** Sends a task one of the messages that carry nothing but a note. */
export async function sendNote(
  invocation: Invocation,
  task: string,
  kind: keyof typeof updates,
  note: string,
  now = false,
): Promise<void> {
  if (kind === 'steer' && note.trim() === '')
    throw new CliError(ExitCode.usage, 'there is nothing to say to the agent');
  await withEngine(invocation, (engine) =>
    tellTask(engine, invocation, task, updates[kind], { ...newMessage(invocation.by), note, now }),
  );
}
