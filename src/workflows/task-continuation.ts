import { backoffMs, nextAttempt } from '../domain/policy.js';
import type { Stage } from '../domain/task.js';
import type { CheckpointOutcome, ClaimOutcome } from './ports.js';
import { tracker } from './proxies.js';
import type { Task } from './task-context.js';
import { granted, note, now, theTracker, view } from './task-context.js';
import { sendBack, waitOut } from './task-ways-back.js';

/** How soon an issue is looked at again whose agent has ended its run well (SPEC 8.4). */
const continuationMs = 1_000;
/** What `agent.max_turns` is where an earlier version has not recorded it. */
const usualTurns = 20;

/**
 * What follows a turn that has completed where nothing gates the work: another one on the same thread while the issue
 * is active, up to `agent.max_turns`; then the run is over, and the issue is looked at again (SPEC 7.1, 8.4).
 */
export async function goOn(task: Task, checkpoint: CheckpointOutcome): Promise<Stage> {
  const { state } = task;
  if (checkpoint.kind === 'secrets') {
    return sendBack(task, { kind: 'secrets', places: checkpoint.places }, 'verification');
  }
  if (state.issue.source === 'prompt') return { phase: 'done' };

  state.turnCount += 1;
  const turns = view(task).agent.maxTurns ?? usualTurns;
  if (state.turnCount >= turns) return endRun(task, `the agent has had ${turns} turns in a row`);
  const outcome = await readIssue(task, `See whether ${state.issue.identifier} is still active`);
  switch (outcome.kind) {
    case 'claimed':
      state.issue = outcome.issue;
      state.feedback.push({ kind: 'continue', state: outcome.issue.state, turn: state.turnCount + 1, turns });
      return { phase: 'run' };
    case 'ineligible':
      return endRun(task, outcome.reason);
    case 'unreadable':
      return lookAgain(task, outcome);
    default:
      return outcome satisfies never;
  }
}

/** A run that ended well is no end of the task: what the tracker says a second later is (SPEC 7.1). */
async function endRun(task: Task, why: string): Promise<Stage> {
  // Whoever goes on begins a new thread with the whole prompt, as attempt 1 (SPEC 8.4).
  const fresh = { turnCount: 0, session: null, attempt: 1, capsFrom: { attempts: 0 }, lastError: null };
  Object.assign(task.state, fresh);
  await waitOut(task, continuationMs, why);
  return { phase: 'claim' };
}

/** The issue as the tracker has it now, and whether it may be worked on. */
export function readIssue(task: Task, summary: string): Promise<ClaimOutcome> {
  const { config, host } = granted(task);
  const { project, issue } = task.state;
  const { id: issueId } = issue;
  return tracker({ project, host, summary }).claim({
    config: config.hash,
    issueId,
    evenIfIneligible: task.forced,
  });
}

/** The issue is not to be worked on any more: that ends a task without gates well, once its agent has worked. */
export function release(task: Task, outcome: Extract<ClaimOutcome, { kind: 'ineligible' }>): Stage {
  const { state } = task;
  task.issueIsTerminal = outcome.isTerminal === true;
  if (state.usage.turns === 0 || state.lastError !== null)
    return { phase: 'cancelled', by: theTracker, note: outcome.reason };
  note(task, outcome.reason);
  return { phase: 'done' };
}

/** The claim is kept while the tracker cannot be read (SPEC 16.6). That is no failure of the agent's, and does not count as one. */
export async function lookAgain(
  task: Task,
  { category, message, retryAfterMs }: Extract<ClaimOutcome, { kind: 'unreadable' }>,
): Promise<Stage> {
  const { state } = task;
  state.attempt = nextAttempt(state.attempt);
  state.capsFrom = { attempts: state.capsFrom.attempts + 1 };
  state.turnCount = 0;
  const why = `retry refresh failed: ${message}`;
  state.lastError = { category, message: why, at: now() };
  const ms = Math.max(backoffMs(state.attempt, view(task).agent.maxRetryBackoffMs), retryAfterMs ?? 0);
  await waitOut(task, ms, why);
  return { phase: 'claim' };
}
