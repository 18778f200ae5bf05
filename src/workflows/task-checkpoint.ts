import type { CheckpointInput, CheckpointOutcome } from './ports.js';
import { git } from './proxies.js';
import type { Task } from './task-context.js';
import { granted, note, workspaceOf } from './task-context.js';

interface Work {
  /** What the Temporal UI says of the activity. */
  summary: string;
  /** The commit's message. */
  message: string;
  /** `Name <mail>` of a person; left out for the agent's work. */
  author?: string;
}

/** Saves the files of the workspace as a commit on the task's ref, and takes that one as its head. */
export async function saveWork(task: Task, work: Work): Promise<CheckpointOutcome> {
  const { project } = task.state;
  const { host } = workspaceOf(task);
  const port = git({ project, host, summary: work.summary });
  const outcome = await port.checkpoint(checkpointOf(task, work));
  takeHead(task, outcome);
  return outcome;
}

/** What a checkpoint of the task is made from. */
export function checkpointOf(task: Task, { message, author }: Work): CheckpointInput {
  const { state } = task;
  const { id: issueId, identifier, scope } = state.issue;
  return {
    config: granted(task).config.hash,
    project: state.project,
    issueId,
    identifier,
    scope,
    workspace: workspaceOf(task),
    message,
    ...(state.openTurn !== null && { waitingTurn: state.openTurn.turn }),
    // No session of the agent made what a person did.
    ...(author === undefined ? { session: state.session } : { session: null, author }),
  };
}

/** Takes a checkpoint as the head of the task; one with secrets in it never is. */
export function takeHead(task: Task, outcome: CheckpointOutcome): void {
  if (outcome.kind === 'secrets') return;
  Object.assign(task.state, { headSha: outcome.sha, risks: outcome.risks });
  for (const text of outcome.notes) note(task, text);
}
