import type { ConfigView } from '../domain/config-view.js';
import { closer } from './proxies.js';
import type { Task } from './task-context.js';
import { note, theTracker } from './task-context.js';

/** Gives the issue the state that the configuration names for how its task has ended. */
export async function moveIssue(task: Task): Promise<void> {
  const { config, host, issue, project } = task.state;
  if (config === null || host === null || issue.source === 'prompt') return;
  const state = endState(task, config.view.tracker);
  if (state === null) return;

  const { id: issueId, identifier } = issue;
  const port = closer({ project, host, summary: `Set ${identifier} to ${state} in the tracker` });
  const outcome = await port.transition({ config: config.hash, project, issueId, identifier, state });
  switch (outcome.kind) {
    case 'moved':
      note(task, `the issue is ${state} in the tracker now; it was ${outcome.from}`);
      return;
    case 'left':
      note(task, 'the issue was left as it is in the tracker: it is in no active state any more');
      return;
    case 'blocked':
      note(task, `the issue is not ${state} in the tracker, so set it by hand: ${outcome.message}`);
      return;
    default:
      outcome satisfies never;
  }
}

function endState({ state }: Task, rules: ConfigView['tracker']): string | null {
  const { stage, landedSha } = state;
  switch (stage.phase) {
    case 'rejected':
      return rules.onReject ?? null;
    case 'cancelled':
      // What ended because of the tracker is there as somebody wants it.
      return stage.by === theTracker ? null : (rules.onCancel ?? null);
    case 'done':
      return landedSha === null ? null : (rules.onDone ?? null);
    default:
      return null;
  }
}
