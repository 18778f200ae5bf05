import type { Config } from '../../config/config.js';
import { viewOf } from '../../config/view.js';
import { isActive } from '../../domain/policy.js';
import type { TrackerPort, TransitionOutcome } from '../../workflows/ports.js';
import { commitToBase } from '../forge/commit-to-base.js';
import type { HostDeps } from '../host.js';
import { TrackerError } from './error.js';
import type { Issue } from '../../domain/issue.js';
import type { Desk, Tracker } from './tracker.js';

export interface Transition {
  deps: Pick<HostDeps, 'paths' | 'log'>;
  config: Config;
  tracker: Tracker;
  input: Parameters<TrackerPort['transition']>[0];
  signal: AbortSignal;
}

/** Moves an issue to another state, if it still is in one that is worked on: anything else is somebody's choice. */
export async function transitionIssue(transition: Transition): Promise<TransitionOutcome> {
  const { deps, config, tracker, input, signal } = transition;
  const { issueId, identifier, project, state } = input;
  const { desk, stateEdits } = tracker;
  const issue = desk ? await desk.readNow(issueId) : (await tracker.fetchIssuesByIds([issueId]))[0];
  if (issue == null || !isActive(viewOf(config).tracker, issue.state)) return { kind: 'left' };
  if (desk !== undefined) return moveAtDesk(desk, issue, state);
  if (stateEdits === undefined) {
    throw new TrackerError(
      'invalid_tracker_config',
      `a tracker of kind ${config.tracker.kind} moves no issues`,
    );
  }
  const outcome = await commitToBase({
    deps,
    config,
    project,
    identifier,
    message: `Set ${identifier} to ${state}`,
    edits: (tree) => stateEdits(issueId, state, tree),
    signal,
  });
  switch (outcome.kind) {
    case 'committed':
      return { kind: 'moved', from: issue.state };
    case 'unchanged':
      return { kind: 'left' };
    case 'blocked':
      return outcome;
    default:
      return outcome satisfies never;
  }
}

/** What no repetition mends is for a person, who is told. */
async function moveAtDesk(desk: Desk, issue: Issue, state: string): Promise<TransitionOutcome> {
  try {
    await desk.move(issue.id, state);
    return { kind: 'moved', from: issue.state };
  } catch (error) {
    if (error instanceof TrackerError && !error.retryable) return { kind: 'blocked', message: error.message };
    throw error;
  }
}
