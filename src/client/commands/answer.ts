import { shellWord } from '../../domain/status.js';
import { answerUpdate } from '../../workflows/messages.js';
import { withEngine } from '../engine.js';
import { CliError, ExitCode } from '../error.js';
import type { Invocation } from '../invocation.js';
import { newMessage } from '../message.js';
import { tellTask } from '../task-message.js';
import { lookAtTask } from '../task-status.js';

/** Answers the question that the task's agent has open. */
export async function answerQuestion(invocation: Invocation, task: string, text: string): Promise<void> {
  if (text.trim() === '') throw new CliError(ExitCode.usage, 'the answer is empty');
  await withEngine(invocation, async (engine) => {
    const { status, isLive } = await lookAtTask(engine, task);
    if (!isLive) {
      throw new CliError(
        ExitCode.failed,
        'no worker is running, so the open question cannot be read',
        'start one: continuo up',
      );
    }
    if (status.question === null) {
      throw new CliError(
        ExitCode.refused,
        `refused: task ${task} has no open question; its phase is ${status.phase}`,
        `look at it: continuo status ${shellWord(task)}`,
      );
    }
    const message = { ...newMessage(invocation.by), questionId: status.question.id, text };
    await tellTask(engine, invocation, task, answerUpdate, message);
  });
}
