import type { CancellationScope } from '@temporalio/workflow';
import {
  ApplicationFailure,
  condition,
  setCurrentDetails,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { ConfigView } from '../domain/config-view.js';
import type { Decision } from '../domain/decision.js';
import { objection } from '../domain/decision.js';
import { FailureType } from '../domain/failure.js';
import type { Hold } from '../domain/hold.js';
import type { LandingResult } from '../domain/landing.js';
import { renderDetails } from '../domain/details.js';
import { statusOf } from '../domain/status.js';
import type { Phase, Stage, TaskState, Workspace } from '../domain/task.js';
import type { Waiting } from '../domain/waiting.js';
import { isOutcome, remember } from '../domain/task.js';
import { logWait } from './log-wait.js';
import { phaseAttribute, waitingForAttribute } from './search-attributes.js';

/** A running task: its state, and what messages leave for the phases to find. */
export interface Task {
  readonly state: TaskState;
  /** A person started this very issue: whether it is eligible does not matter. */
  readonly forced: boolean;
  /** Set by whoever wants the task to end; the phase at work is cancelled and this stage follows. */
  ending: Extract<Stage, { phase: 'cancelled' | 'rejected' | 'done' }> | null;
  /** Whether the tracker says that the workspace may go as well. */
  issueIsTerminal: boolean;
  /** A person does not want to wait for the timer. */
  retryAsked: boolean;
  /** Nor for the quota of the agent. */
  evenIfHeld: boolean;
  /** Why the slot that it asked for is not granted yet. */
  held: Hold | null;
  /** Cancels the phase at work. */
  interrupt: () => void;
  /** What a pause can end although the phase goes on, and the turn that it is, or null. */
  atWork: { scope: CancellationScope; turn: number | null } | null;
  /** Who has had that ended, in the present step. */
  halted: { by: string; note: string } | null;
  /** What is asked of the host now although nothing else may cut it short: it ends when the host is down. */
  there: Set<() => void>;
  landing: { key: string; result: LandingResult } | null;
  /** The landing train has the change: from here on only its answer says whether it landed. */
  isAtTrain: boolean;
  /** How often in a row a slot was asked for, or the base could not take the change. */
  tries: number;
  /** How long the present step has waited for something, so that it does not count as work. */
  waitedMs: number;
  /** Phase or wait have changed since people were told in the tracker. */
  news: boolean;
  /** They are being told now. */
  telling: boolean;
  /** Nothing changes any more. */
  isOver: boolean;
  /** What the change shows, so that it is written only when that changes. */
  shown: string;
  /** What the search attributes say, so that they are written only when they change. */
  published: { phase: Phase; waitingFor: string };
}

export function openTask(state: TaskState, forced: boolean): Task {
  return {
    state,
    forced,
    ending: null,
    issueIsTerminal: false,
    retryAsked: false,
    evenIfHeld: false,
    held: null,
    interrupt: () => undefined,
    atWork: null,
    halted: null,
    there: new Set(),
    landing: null,
    isAtTrain: false,
    tries: 0,
    waitedMs: 0,
    news: false,
    telling: false,
    isOver: false,
    shown: '',
    published: { phase: 'claim', waitingFor: '' },
  };
}

/** The workflow's clock, which replays the same. RFC 3339. */
export function now(): string {
  return new Date().toISOString();
}

export function after(ms: number): string {
  return new Date(Date.now() + ms).toISOString();
}

export function view(task: Task): ConfigView {
  return granted(task).config.view;
}

/** The configuration and host that came with the slot; phases run only after one was granted. */
export function granted(task: Task): { config: NonNullable<TaskState['config']>; host: string } {
  const { config, host } = task.state;
  if (config === null || host === null) throw bug('a phase ran before a slot was granted');
  return { config, host };
}

export function workspaceOf(task: Task): Workspace {
  if (task.state.workspace === null) throw bug('a phase ran before the workspace was prepared');
  return task.state.workspace;
}

export function headOf(task: Task): string {
  if (task.state.headSha === null) throw bug('a gate ran before there was a commit');
  return task.state.headSha;
}

/** Who ends a task because of what the tracker says. */
export const theTracker = 'the tracker';

/** Ends the task: at once, or after the landing step that cannot be taken back. */
export function end(task: Task, by: string, text: string): void {
  task.ending ??= { phase: 'cancelled', by, note: text };
  if (!task.isAtTrain) task.interrupt();
}

/** A person needs the workspace as it is now: what is at work in it is ended, and its turn counts. */
export function isCalledOff({ state }: Task): boolean {
  return state.taken !== null || state.rewind !== null;
}

/** The word of a person who does not want what the task shows now to land, or null. */
export function objectionOf({ state }: Task): Decision | null {
  const { decision, headSha, round } = state;
  return headSha === null ? null : objection(decision, { sha: headSha, round });
}

/** The change is not to land any more, if that can still be prevented. */
export function isTakenBack(task: Task): boolean {
  return task.ending !== null || isCalledOff(task) || objectionOf(task) !== null;
}

function bug(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, FailureType.programming);
}

/** Appends to the history that `status` shows. */
export function note(task: Task, text: string): void {
  remember(task.state, task.state.stage.phase, now(), text);
}

/** Shows the present state in the Temporal UI: current details always, search attributes when they change. */
export function publish(task: Task): void {
  const { stage, waiting } = task.state;
  setCurrentDetails(renderDetails(statusOf(task.state)));
  const waitingFor = waiting?.kind ?? '';
  if (task.published.phase === stage.phase && task.published.waitingFor === waitingFor) return;
  task.published = { phase: stage.phase, waitingFor };
  task.news = true;
  upsertSearchAttributes([
    { key: phaseAttribute, value: stage.phase },
    { key: waitingForAttribute, value: waitingFor === '' ? null : waitingFor },
  ]);
}

/**
 * Waits until `done`, or for at most `timeoutMs`; true when it was done. The slot must have been
 * given back before.
 */
export async function waitFor(
  task: Task,
  waiting: Waiting,
  done: () => boolean,
  timeoutMs?: number,
): Promise<boolean> {
  const { state } = task;
  state.waiting = waiting;
  if (state.waitBegan?.kind !== waiting.kind) state.waitBegan = { kind: waiting.kind, at: now() };
  publish(task);
  const from = Date.now();
  logWait(waiting);
  try {
    if (timeoutMs === undefined) {
      await condition(done);
      return true;
    }
    return await condition(done, timeoutMs, { summary: `${waiting.kind}: ${task.state.issue.identifier}` });
  } finally {
    task.waitedMs += Date.now() - from;
    state.waiting = null;
  }
}

export function isEnded(task: Task): boolean {
  const { phase } = task.state.stage;
  return isOutcome(phase) && phase !== 'failed';
}

/** A commit as people read it. */
export function shortSha(sha: string): string {
  return sha.slice(0, 12);
}
