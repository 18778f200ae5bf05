import { ActivityFailure, ApplicationFailure, CancellationScope } from '@temporalio/workflow';
import { wasCancelled } from './cancelled.js';
import { FailureType } from '../domain/failure.js';
import { isAbandoned } from '../domain/move.js';
import type { Outcome, Stage } from '../domain/task.js';
import { closer, git } from './proxies.js';
import { attempt } from './task-attempt.js';
import { closeChange, verifyLanded } from './task-merge.js';
import { saveWork } from './task-checkpoint.js';
import type { Task } from './task-context.js';
import { after, isCalledOff, note, now, publish, waitFor } from './task-context.js';
import { closeTurn } from './task-open-turn.js';
import { giveSlotBack, reportSettled } from './task-slot.js';
import { moveIssue } from './task-transition.js';
import { tellGivenUp } from './task-telemetry.js';
import { countAnew } from './task-ways-back.js';

export interface TaskResult {
  outcome: Outcome;
  landedSha: string | null;
}

type Failed = Extract<Stage, { phase: 'failed' }>;

/** A failed task stays open this long, so that `retry` finds everything as it was. */
const parkedMs = 14 * 24 * 60 * 60_000;

/**
 * The stage that follows when a phase was cut short: by a person, by the cancel button of the
 * Temporal UI, or by infrastructure that did not come back.
 */
export function stageAfter(task: Task, error: unknown): Stage {
  const { state } = task;
  if (task.ending !== null) return task.ending;
  // A person took it over, has it put back, or paused it at once: what was at work has ended. Or its host is down.
  const isCut = isCalledOff(task) || task.halted !== null || isAbandoned(state);
  if (isCut && wasCancelled(error)) return state.stage;
  if (!(error instanceof ActivityFailure)) throw error;

  const cause = error.cause instanceof Error ? error.cause : error;
  const type = cause instanceof ApplicationFailure ? (cause.type ?? null) : null;
  const message = `${error.activityType}: ${cause.message}`;
  state.lastError = { category: type ?? FailureType.infrastructure, message, at: now() };
  const from = state.stage.phase;
  if (from === 'failed' || from === 'done' || from === 'rejected' || from === 'cancelled') throw error;
  // The folder is gone or is not what it was: it is made again from the last checkpoint.
  if (type === FailureType.workspace && from === 'run') return { phase: 'prepare' };
  const reason = type === FailureType.config ? 'configuration' : 'infrastructure';
  return { phase: 'failed', reason, message, from };
}

/** Keeps a failed task open for a retry; without one it closes, and says how to go on. */
export async function park(task: Task, failed: Failed): Promise<Stage> {
  const { state } = task;
  note(task, `failed (${failed.reason}): ${failed.message}`);
  state.lastError ??= { category: failed.reason, message: failed.message, at: now() };
  const retried = await waitFor(
    task,
    { kind: 'retry', until: after(parkedMs) },
    () => task.retryAsked,
    parkedMs,
  );
  if (!retried) throw await giveUp(task, failed);

  task.retryAsked = false;
  countAnew(task);
  // The workspace may be what was wrong; preparing one that is there takes no time.
  return { phase: failed.from === 'run' ? 'prepare' : failed.from };
}

async function giveUp(task: Task, failed: Failed): Promise<ApplicationFailure> {
  await settle(task, 'failed');
  await reportSettled(task, 'failed');
  tellGivenUp(task, failed.reason);
  return ApplicationFailure.nonRetryable(
    `${failed.reason}: ${failed.message}. Nobody retried it; its work is at ${task.state.workspace?.ref ?? 'no ref'}.`,
    FailureType.taskFailed,
  );
}

/** Tells tracker and project how it ended, and clears away what nobody needs any more. */
export async function conclude(task: Task): Promise<TaskResult> {
  const { stage, landedSha } = task.state;
  const outcome = stage.phase as Outcome;
  return CancellationScope.nonCancellable(async () => {
    note(
      task,
      stage.phase === 'rejected' || stage.phase === 'cancelled' ? `by ${stage.by}: ${stage.note}` : outcome,
    );
    publish(task);
    await giveSlotBack(task);
    await closeTurn(task);
    if (outcome !== 'done') await keepWork(task);
    await verifyLanded(task);
    await closeChange(task);
    await attempt(task, () => moveIssue(task));
    await Promise.all([settle(task, outcome), clearAway(task, outcome)]);
    await reportSettled(task, outcome);
    return { outcome, landedSha };
  });
}

/** What is over stays over: a tracker or a disk that fails here is noted, and the task ends all the same. */
async function settle(task: Task, outcome: Outcome): Promise<void> {
  const { config, host, project, issue } = task.state;
  if (config === null || host === null) return;
  const port = closer({ project, host, summary: `Record ${issue.identifier} as ${outcome}` });
  await attempt(task, () => port.settle({ config: config.hash, state: task.state, outcome }));
  // That one was down.
  if (task.state.host !== host) await settle(task, outcome);
}

/** A turn that was cut short may have left something behind: it goes to the task's ref. */
async function keepWork(task: Task): Promise<void> {
  const { config, workspace, issue } = task.state;
  if (config === null || workspace === null || isAbandoned(task.state)) return;
  const summary = `Keep what ${issue.identifier} left behind`;
  await attempt(task, async () => {
    await saveWork(task, { summary, message: 'Unfinished work' });
  });
}

/** Landed work needs neither workspace nor refs; a terminal issue needs no workspace (SPEC 8.5). Else all is kept. */
async function clearAway(task: Task, outcome: Outcome): Promise<void> {
  const { config, workspace, project, issue } = task.state;
  const landed = outcome === 'done' && task.state.landedSha !== null;
  if (config === null || workspace === null || !(landed || task.issueIsTerminal)) return;
  // The host does that itself when it is back.
  if (isAbandoned(task.state)) return;
  const port = git({
    project,
    host: workspace.host,
    summary: `Clear away the workspace of ${issue.identifier}`,
  });
  const input = { config: config.hash, project, identifier: issue.identifier, workspace, refs: landed };
  await attempt(task, () => port.cleanUp(input));
}
