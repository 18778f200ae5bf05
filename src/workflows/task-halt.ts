import { CancellationScope, CancelledFailure } from '@temporalio/workflow';
import type { Task } from './task-context.js';

/** Does what a person may end by a pause, alone: the phase goes on from what it comes to. `turn` where it is one. */
export async function haltable<T>(
  task: Task,
  work: () => Promise<T>,
  turn: number | null = null,
): Promise<T> {
  const scope = new CancellationScope();
  task.atWork = { scope, turn };
  try {
    return await scope.run(work);
  } finally {
    task.atWork = null;
  }
}

/** Ends what is at work, if anything is that can be ended: what it has come to is kept. */
export function halt(task: Task, by: string, note: string): void {
  if (task.atWork === null) return;
  task.halted = { by, note };
  task.atWork.scope.cancel();
}

/** Does what only the host can do, also where nothing else may cut it short; cancelled when the host is down. */
export async function whileThere<T>(task: Task, work: () => Promise<T>): Promise<T> {
  let giveUp: () => void = () => undefined;
  const isDown = new Promise<never>((_, reject) => {
    giveUp = () => {
      reject(new CancelledFailure('its host is down'));
    };
  });
  task.there.add(giveUp);
  try {
    return await Promise.race([work(), isDown]);
  } finally {
    task.there.delete(giveUp);
  }
}
