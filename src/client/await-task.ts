import { setTimeout as sleep } from 'node:timers/promises';
import { shellWord } from '../domain/status.js';
import type { TaskStatus } from '../domain/status.js';
import { isOutcome } from '../domain/task.js';
import type { Engine } from './engine.js';
import { CliError, ExitCode } from './error.js';
import type { Invocation } from './invocation.js';
import { noWorkerRemark } from './remarks.js';
import { lookAtTask } from './task-status.js';

const lookEveryMs = 300;

/**
 * Waits until `wanted` gives something for a task's status as a worker tells it, and says on stderr
 * what it waits for. Throws `CliError` when the task is over before that.
 */
export async function awaitTask<T>(
  engine: Engine,
  { out }: Invocation,
  identifier: string,
  wanted: (status: TaskStatus) => T | null,
): Promise<T> {
  let said: string | null = null;
  for (;;) {
    const { status, isLive, isOpen } = await lookAtTask(engine, identifier);
    // A failed task is open, and a person may have it.
    const isOver = !isOpen || (isOutcome(status.phase) && status.phase !== 'failed');
    if (isOver) throw over(status);
    const found = isLive ? wanted(status) : null;
    if (found !== null) return found;
    const reason = isLive ? reasonOf(status) : noWorkerRemark;
    if (reason !== said) out.remark(reason);
    said = reason;
    await sleep(lookEveryMs);
  }
}

function reasonOf({ task, waitingFor }: TaskStatus): string {
  return waitingFor === null
    ? `Waiting until what runs for ${task} has ended and its work is saved`
    : `Task ${task} waits for ${waitingFor}`;
}

function over({ task, phase }: TaskStatus): CliError {
  const next = `see how it went: continuo status ${shellWord(task)}`;
  return new CliError(ExitCode.refused, `task ${task} is over: ${phase}`, next);
}
