import type { ActivePhase, Stage, TaskState } from './task.js';

/** Whether the host of the workspace is down. */
export function isAbandoned({ leave, workspace }: TaskState): boolean {
  return leave?.why === 'down' && (workspace === null || workspace.host === leave.host);
}

/** Whether a new slot has to say where the task goes on, before it goes on. */
export function isLeaving(state: TaskState): boolean {
  const { leave, openTurn } = state;
  // An agent that waits for an answer goes on with it, where it still can.
  return leave !== null && (leave.why === 'down' || openTurn === null);
}

/** Where a task goes on at another host, when its workspace is made again there. */
export function phaseToReturnTo({ phase }: Stage): ActivePhase {
  return phase === 'verify' || phase === 'review' || phase === 'land' ? phase : 'run';
}
