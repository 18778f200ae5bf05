import type { CheckpointOutcome } from './ports.js';
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
export async function saveWork(task: Task, { summary, message, author }: Work): Promise<CheckpointOutcome> {
  const { state } = task;
  const { id: issueId, identifier, scope } = state.issue;
  const workspace = workspaceOf(task);
  const outcome = await git({ host: workspace.host, summary }).checkpoint({
    config: granted(task).config.hash,
    project: state.project,
    issueId,
    identifier,
    scope,
    workspace,
    message,
    // No session of the agent made what a person did.
    ...(author === undefined ? { session: state.session } : { session: null, author }),
  });
  if (outcome.kind !== 'secrets') {
    Object.assign(state, { headSha: outcome.sha, risks: outcome.risks });
    for (const text of outcome.notes) note(task, text);
  }
  return outcome;
}
