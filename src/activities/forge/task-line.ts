import type { Client } from '@temporalio/client';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure, WorkflowNotFoundError } from '@temporalio/common';
import type { ChangeSeen } from '../../domain/change.js';
import { projectWorkflowId } from '../../domain/project.js';
import type { TaskStatus } from '../../domain/status.js';

export interface OpenChange {
  taskWorkflowId: string;
  number: number;
}

/** What a person would have sent by themselves: a message's name and its payload. */
export interface TaskMessage {
  name: string;
  payload: { id: string; by: string; [field: string]: unknown };
}

export type Receipt = { kind: 'taken' } | { kind: 'refused'; why: string } | { kind: 'gone' };

/** How a task hears of its change. */
export interface TaskLine {
  /** Null while the project cannot answer. */
  openChanges(project: string): Promise<OpenChange[] | null>;
  /** Null when it is over. */
  status(taskWorkflowId: string): Promise<TaskStatus | null>;
  see(taskWorkflowId: string, seen: ChangeSeen): Promise<void>;
  /** Key: the message's id. */
  tell(taskWorkflowId: string, message: TaskMessage): Promise<Receipt>;
}

/** How long a task may take to judge a message before it is left for later. */
const longestAnswerMs = 10_000;

interface LineDeps {
  client: () => Client;
  /** Rejects when nobody waits for the answer any more. */
  cancelled: () => Promise<never>;
  answerMs?: number;
}

export function createTaskLine({ client, cancelled, answerMs = longestAnswerMs }: LineDeps): TaskLine {
  const handleOf = (workflowId: string) => client().workflow.getHandle(workflowId);
  /** A worker's own connection cannot abort a call. */
  const whileWanted = <T>(answer: Promise<T>): Promise<T> => Promise.race([answer, cancelled()]);

  return {
    async openChanges(project) {
      try {
        return await whileWanted(handleOf(projectWorkflowId(project)).query<OpenChange[]>('changes'));
      } catch (error) {
        if (error instanceof WorkflowNotFoundError || error instanceof CancelledFailure) throw error;
        return null;
      }
    },

    status: (id) => orGone(whileWanted(handleOf(id).query<TaskStatus>('status'))),

    async see(id, seen) {
      await orGone(whileWanted(handleOf(id).signal('changeSeen', seen)));
    },

    /** As an update, so that a refusal can be told; where no worker answers, the same goes as a signal. */
    async tell(id, { name, payload }) {
      const handle = handleOf(id);
      const update = handle.executeUpdate(name, { args: [payload], updateId: payload.id });
      try {
        const answer = await whileWanted(within(answerMs, update));
        if (answer === 'late' && (await orGone(handle.signal(name, payload))) === null)
          return { kind: 'gone' };
        return { kind: 'taken' };
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return { kind: 'gone' };
        if (!(error instanceof WorkflowUpdateFailedError)) throw error;
        const why = error.cause instanceof ApplicationFailure ? error.cause.message : error.message;
        return { kind: 'refused', why };
      }
    },
  };
}

async function within<T>(ms: number, answer: Promise<T>): Promise<T | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), ms);
  });
  // An answer after that is nobody's.
  answer.catch(() => undefined);
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function orGone<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}
