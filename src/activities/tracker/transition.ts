import type { Config } from '../../config/config.js';
import { viewOf } from '../../config/view.js';
import { isActive } from '../../domain/policy.js';
import type { TrackerPort, TransitionOutcome } from '../../workflows/ports.js';
import { commitToBase } from '../forge/commit-to-base.js';
import type { HostDeps } from '../host.js';
import { TrackerError } from './error.js';
import type { Tracker } from './tracker.js';

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
  const [issue] = await tracker.fetchIssuesByIds([issueId]);
  if (issue === undefined || !isActive(viewOf(config).tracker, issue.state)) return { kind: 'left' };

  const { stateEdits } = tracker;
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
