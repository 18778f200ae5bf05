import { CancellationScope } from '@temporalio/workflow';
import type { TaskChange } from '../domain/change.js';
import { isSettled } from '../domain/change.js';
import type { LandRules } from '../domain/config-view.js';
import { failedChecks, isGreen } from '../domain/evidence.js';
import type { Stage } from '../domain/task.js';
import { verifier } from './proxies.js';
import { attempt } from './task-attempt.js';
import {
  askToLook,
  changeInput,
  changesPort,
  follow,
  followUrgent,
  lookAnew,
  moveOf,
  waitForChange,
} from './task-change.js';
import type { Task } from './task-context.js';
import { granted, headOf, isTakenBack, note, now, shortSha, view, workspaceOf } from './task-context.js';
import { whileThere } from './task-halt.js';
import { show } from './task-show.js';
import { waitForBase } from './task-ways-back.js';

/** Lands a change by its forge, which has the last word about what may be merged. */
export async function landChange(task: Task, rules: LandRules): Promise<Stage> {
  const { state } = task;
  if (state.change !== null && isSettled(state.change)) return (await followUrgent(task)) ?? state.stage;
  const shown = await show(task, { isDraft: false });
  if (shown.kind === 'blocked') {
    await waitForBase(task, shown.message);
    return { phase: 'land' };
  }
  const { change } = state;
  const move = shown.kind === 'pushed' ? shown : moveOf(task);
  if (change === null || move === null) return { phase: 'land' };
  if (move.kind === 'wait') {
    await waitForChange(task, change, move.for);
    return { phase: 'land' };
  }
  return move.kind === 'ready' ? merge(task, rules) : follow(task, change, move);
}

/** Nothing cuts this short but the end of its host: the change may be merged at this very moment. */
async function merge(task: Task, { base, strategy }: LandRules): Promise<Stage> {
  const { state } = task;
  const { change } = state;
  if (change === null) return { phase: 'land' };
  const { number } = change;
  const sha = headOf(task);
  if (change.queued === sha) {
    const remedy = `see ${change.url}, then continuo retry ${state.issue.identifier}`;
    const message = `#${number} was taken out of the queue of ${base}: ${remedy}.`;
    if (await waitForBase(task, message)) change.queued = null;
    else await lookAnew(task, change);
    return { phase: 'land' };
  }
  const port = changesPort(task, `Merge #${number} at ${shortSha(sha)}`);
  const input = { ...changeInput(task, change), sha, base, strategy, title: state.issue.title };
  task.isAtTrain = true;
  const outcome = await CancellationScope.nonCancellable(() =>
    unlessDown(task, () => port.mergeChange(input)),
  ).finally(() => {
    task.isAtTrain = false;
  });
  switch (outcome.kind) {
    case 'merged':
      state.landedSha = outcome.sha;
      note(task, `#${number} landed on ${base} as ${shortSha(outcome.sha)}`);
      return { phase: 'done' };
    case 'queued':
      note(task, `#${number} is in the queue of ${base}`);
      change.queued = sha;
      if (change.seen !== null) change.seen = { ...change.seen, isQueued: true };
      await askToLook(task, number);
      return { phase: 'land' };
    case 'moved':
      await lookAnew(task, change);
      return { phase: 'land' };
    case 'blocked':
      await waitForBase(task, outcome.message);
      await lookAnew(task, change);
      return { phase: 'land' };
    default:
      return outcome satisfies never;
  }
}

/** The change that waits in its forge's queue although a person has taken it back, or paused the task; or null. */
export function queuedInVain(task: Task): TaskChange | null {
  const { change, pausedBy } = task.state;
  const isWantedBack = isTakenBack(task) || pausedBy !== null;
  // Undefined where there is no change at all.
  return typeof change?.queued === 'string' && isWantedBack ? change : null;
}

/** Takes it out of the queue. Where it was merged all the same, the stage that follows; else null. */
export async function withdrawChange(task: Task, change: TaskChange): Promise<Stage | null> {
  const port = changesPort(task, `Take #${change.number} out of the queue`);
  task.isAtTrain = true;
  const { mergedSha } = await CancellationScope.nonCancellable(() =>
    unlessDown(task, () => port.withdrawChange(changeInput(task, change))),
  ).finally(() => {
    task.isAtTrain = false;
  });
  change.queued = null;
  const { seen } = change;
  if (seen === null) return null;
  if (mergedSha === null) change.seen = { ...seen, isQueued: false };
  else if (seen.state === 'open') change.seen = { ...seen, state: 'merged', mergedSha };
  return isSettled(change) ? followUrgent(task) : null;
}

/** A host that is down must not merge later what was asked of it: another one does that, or nobody any more. */
async function unlessDown<T>(task: Task, work: () => Promise<T>): Promise<T> {
  const scope = new CancellationScope();
  try {
    return await whileThere(task, () => scope.run(work));
  } catch (error) {
    scope.cancel();
    throw error;
  }
}

/**
 * A forge holds on to the head, and not to the base: what is on the base now may never have been verified, so it is. It is
 * there whatever comes of it, so people are told.
 */
export async function verifyLanded(task: Task): Promise<void> {
  const { state } = task;
  const { change, landedSha, workspace } = state;
  if (change === null || landedSha === null || workspace === null || !view(task).gates.verify) return;
  const { project, issue } = state;
  const { identifier, id: issueId } = issue;
  const port = verifier({
    project,
    host: workspaceOf(task).host,
    summary: `Verify ${shortSha(landedSha)} on the base`,
  });
  await attempt(task, async () => {
    const evidence = await port.verify({
      config: granted(task).config.hash,
      workspace,
      sha: landedSha,
      baseSha: landedSha,
      overlay: false,
      entry: { project, identifier, issueId },
    });
    state.evidence = evidence;
    if (isGreen(evidence)) return;
    const names = failedChecks(evidence).map(({ name }) => name);
    const message = `the base is red at ${shortSha(landedSha)}, as which #${change.number} was merged: ${names.join(', ')}`;
    note(task, message);
    state.lastError = { category: 'verification', message, at: now() };
  });
}

/** A change that is over is closed where it did not land, and its branch goes. */
export async function closeChange(task: Task): Promise<void> {
  const { state } = task;
  const { change, stage, landedSha } = state;
  if (change === null) return;
  const { branch } = change;
  const why =
    stage.phase === 'rejected' || stage.phase === 'cancelled' ? `${stage.phase} by ${stage.by}` : stage.phase;
  // Said where it was not merged; what has landed may have come there by another way.
  const what = landedSha === null ? why : `its base has all of it, at ${shortSha(landedSha)}`;
  const text = `Continuo has ended its work on this: ${what}.`;
  const port = changesPort(task, `Close #${change.number}`);
  await attempt(task, async () => {
    const closed = await port.closeChange({ ...changeInput(task, change), text, branch });
    const mergedSha = closed?.mergedSha ?? null;
    if (mergedSha === null || landedSha !== null) return;
    const message = `#${change.number} had been merged before it could be closed: the base has it, as ${shortSha(mergedSha)}`;
    note(task, message);
    state.lastError = { category: 'landing', message, at: now() };
  });
}
