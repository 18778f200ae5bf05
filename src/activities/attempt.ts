import { activityInfo } from '@temporalio/activity';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Owner } from './keeper/protocol.js';

/**
 * One attempt of an activity. There are two reasons to stop. `end`: the workflow wants the work to end,
 * and its programs with it. `leave`: somebody else goes on with it (this worker stops, a newer attempt has
 * begun, the server has given this one up), so programs are left running.
 */
export interface Attempt {
  end: AbortSignal;
  leave: AbortSignal;
  /** Higher for each newer attempt: a program obeys the highest alone. */
  epoch: number;
}

/** The same for every attempt of this activity, different for all others; fit for the name of a folder. */
export function activityKey(): string {
  const { workflowRun } = currentWorkflow();
  return shortHash(`${workflowRun}/${activityInfo().activityId}`);
}

/** Eight hex digits that stand for the workflow run: run ids of one minute begin with the same digits. */
export function workflowRunKey(): string {
  return shortHash(currentWorkflow().workflowRun);
}

/** Stands for a turn among the places of a task: different for every turn of every workflow run. */
export function turnKey(turn: number): string {
  return `turn-${turn}-${workflowRunKey()}`;
}

/** The workflow that this activity belongs to. */
export function currentWorkflow(): { workflowId: string; workflowRun: string } {
  const { workflowExecution } = activityInfo();
  return {
    workflowId: workflowExecution?.workflowId ?? '',
    workflowRun: workflowExecution?.runId ?? '',
  };
}

/** Whose a program of this activity is. */
export function ownerOf(task: Pick<Owner, 'project' | 'identifier' | 'kind' | 'title'>): Owner {
  return { ...task, ...currentWorkflow() };
}

/** Where the places of a task's programs are. */
export function placesOf(runPath: string): string {
  return join(runPath, 'keepers');
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
