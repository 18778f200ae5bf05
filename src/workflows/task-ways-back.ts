import { patched } from '@temporalio/workflow';
import type { FailReason, FailureType, TurnFault } from '../domain/failure.js';
import { isSettled } from '../domain/change.js';
import { credentialOf } from '../domain/hold.js';
import { backoffMs, nextAttempt } from '../domain/policy.js';
import type { Feedback } from '../domain/feedback.js';
import type { ActivePhase, Stage, TaskState } from '../domain/task.js';
import type { Waiting } from '../domain/waiting.js';
import { giveSlotBack } from './task-slot.js';
import type { Task } from './task-context.js';
import { after, isTakenBack, note, now, view, waitFor } from './task-context.js';

/** Clocks differ: a quota is used again this much after its time. */
const quotaGraceMs = 5_000;
/** How soon a base that could not take the change is tried again: later each time, up to ten minutes. */
const baseRetryMs = 30_000;
const baseRetryLimitMs = 10 * 60_000;

/** Gives the work back to the agent by itself, which happens only so often in a row. */
export function sendBack(task: Task, feedback: Feedback, reason: FailReason): Stage {
  const { state } = task;
  state.returns += 1;
  if (state.returns > view(task).limits.rounds) {
    return fail(task, reason, `${stillWrong[feedback.kind]} after ${state.returns} tries`);
  }
  return startRound(task, feedback);
}

/** What is wrong with work that went back too often. */
const stillWrong: Record<Feedback['kind'], string> = {
  checks: 'the checks are still red',
  findings: 'reviewers still find faults',
  unchanged: 'the agent changes nothing',
  continue: 'the issue is still active',
  conflict: 'the change still conflicts with the base',
  secrets: 'there are still secrets in the change',
  changes: 'changes are still requested',
  threads: 'people still comment on lines',
  pushed: 'a person has pushed to the branch',
  answer: 'the agent still asks',
  steer: 'the agent was told',
  paused: 'a person has paused it',
  interrupted: 'turns are cut short',
  handOver: 'another agent has taken over',
  handBack: 'a person has worked on it',
  rewind: 'a person has put it back',
  moved: 'it was moved to another host',
  fork: 'it comes from another task',
  before: 'the agent was told before',
};

/** Starts the next round with what the agent is to be told. Every decision about an earlier round is void. */
export function startRound(task: Task, feedback: Feedback): Stage {
  openRound(task, feedback);
  note(task, `back to the agent (${feedback.kind}), round ${task.state.round}`);
  return { phase: 'run' };
}

/** The next round, whoever works in it; the agent's next turn is told the feedback. */
export function openRound({ state }: Task, feedback: Feedback): void {
  state.round += 1;
  state.feedback.push(feedback);
}

/** A person has said how to go on: how often the work went back by itself does not count any more. */
export function countReturnsAnew(state: TaskState): void {
  Object.assign(state, { returns: 0, findingReturns: 0 });
}

/** A person has stepped in after a failure: what was tried before does not count any more. */
export function countAnew({ state }: Task): void {
  countReturnsAnew(state);
  state.capsFrom = { attempts: state.attempt ?? 0 };
}

/** A failed attempt is repeated after a durable backoff, without a slot (SPEC 8.4). */
export async function tryAgain(
  task: Task,
  phase: ActivePhase,
  failure: { category: FailureType | TurnFault; message: string },
): Promise<Stage> {
  const { state } = task;
  const attempt = nextAttempt(state.attempt);
  state.attempt = attempt;
  state.lastError = { category: failure.category, message: failure.message, at: now() };
  const failures = attempt - state.capsFrom.attempts;
  if (failures >= view(task).limits.attempts) {
    return fail(task, 'attempts', `${failures} attempts failed; the last one: ${failure.message}`);
  }
  // The next run of the agent counts its turns anew.
  state.turnCount = 0;
  await waitOut(task, backoffMs(failures, view(task).agent.maxRetryBackoffMs), failure.message);
  // The issue may have changed meanwhile, and is read again (SPEC 8.4).
  const isReadAgain = state.issue.source === 'tracker' && patched('retry-claims');
  return { phase: isReadAgain ? 'claim' : phase };
}

export async function waitOut(task: Task, ms: number, error: string): Promise<void> {
  await giveSlotBack(task);
  await waitUnlessRetried(task, { kind: 'backoff', until: after(ms), error }, ms);
}

interface UsedUp {
  until: string;
  message: string;
}

/**
 * The quota of the agent at work is used up. With a fallback the project says which agent goes on, and when: the task
 * asks it for a slot again.
 */
export async function passOn(task: Task, quota: UsedUp): Promise<Stage> {
  const { agent } = view(task);
  const credential = credentialOf({ ...agent, kind: task.state.player ?? agent.kind });
  if (agent.fallback === undefined) return waitForQuota(task, quota, credential);
  await reportQuota(task, quota, credential);
  return { phase: 'run' };
}

/** Waits for a quota that all tasks with the same credential have used up; a person may not want to. */
export async function waitForQuota(task: Task, quota: UsedUp, credential: string): Promise<Stage> {
  const { until, message } = await reportQuota(task, quota, credential);
  const ms = Date.parse(until) - Date.now();
  task.evenIfHeld = await waitUnlessRetried(task, { kind: 'backoff', until, error: message }, ms);
  // Whether it still is used up the next turn tells.
  task.state.lastError = null;
  return task.state.stage;
}

/** Gives the slot back, and tells the project until when nobody with this credential gets one. */
async function reportQuota(task: Task, { until, message }: UsedUp, credential: string): Promise<UsedUp> {
  const hold = { until: after(Date.parse(until) - Date.now() + quotaGraceMs), message };
  task.state.lastError = { category: 'quota', message, at: now() };
  await giveSlotBack(task, { quota: { ...hold, credential } });
  return hold;
}

/** Until it is time to try again, a person does not want to wait, or there is nothing to wait for; whether a person said so. */
export async function waitForBase(task: Task, message: string): Promise<boolean> {
  const ms = Math.min(baseRetryMs * 2 ** task.tries, baseRetryLimitMs);
  task.tries += 1;
  const waiting = { kind: 'base', message, until: after(ms) } as const;
  // Somebody may merge or close the change that waits here.
  const isMoot = () => isTakenBack(task) || task.state.newConfig !== null || isSettled(task.state.change);
  const isRetried = (await waitUnlessRetried(task, waiting, ms, isMoot)) && !isMoot();
  if (isRetried || isMoot()) task.tries = 0;
  takeNewConfig(task);
  return isRetried;
}

/** The base may have another name by now, and nothing that waits for it takes a slot. */
export function takeNewConfig({ state }: Task): void {
  if (state.newConfig === null) return;
  Object.assign(state, { config: state.newConfig, newConfig: null });
}

/** True when a person did not want to wait. */
async function waitUnlessRetried(
  task: Task,
  waiting: Waiting,
  ms: number,
  isMoot: () => boolean = () => false,
): Promise<boolean> {
  const retried = await waitFor(task, waiting, () => task.retryAsked || isMoot(), Math.max(ms, 1));
  task.retryAsked = false;
  return retried;
}

/** Parks the task until a person retries it. */
export function fail(task: Task, reason: FailReason, message: string): Stage {
  const from = task.state.stage.phase as ActivePhase;
  return { phase: 'failed', reason, message, from };
}
