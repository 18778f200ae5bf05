import { setHandler } from '@temporalio/workflow';
import type { ChangeCheck, ChangeMove, TaskChange } from '../domain/change.js';
import { isSetBack, isSettled, isUrgent, nextMove, takePushed } from '../domain/change.js';
import { approves } from '../domain/decision.js';
import { isAbandoned } from '../domain/move.js';
import type { Stage } from '../domain/task.js';
import { deliver } from './deliver.js';
import { changeSeenSignal, refreshChangesSignal } from './messages.js';
import { changes, git } from './proxies.js';
import { checkpointOf, saveWork, takeHead } from './task-checkpoint.js';
import type { Task } from './task-context.js';
import {
  end,
  granted,
  headOf,
  isEnded,
  isTakenBack,
  note,
  now,
  shortSha,
  theTracker,
  view,
  waitFor,
  workspaceOf,
} from './task-context.js';
import { whileThere } from './task-halt.js';
import { faultOf, landingEntry } from './task-landing.js';
import { projectOf } from './task-slot.js';
import {
  countReturnsAnew,
  fail,
  openRound,
  sendBack,
  startRound,
  takeNewConfig,
  waitForBase,
} from './task-ways-back.js';

/** A look at a change that got lost is asked for again after this long. */
const lookPatienceMs = 10 * 60_000;

/** Registers what the forge says of the change. Somebody may merge or close it whatever the task is doing. */
export function heedChange(task: Task): void {
  const { state } = task;
  setHandler(changeSeenSignal, (seen) => {
    const { change } = state;
    if (change?.number !== seen.number || isEnded(task)) return;
    // What is told once more is no news.
    if (JSON.stringify(change.seen) !== JSON.stringify(seen)) change.seen = seen;
    if (task.issueIsTerminal && seen.state === 'open') end(task, theTracker, 'the issue is closed');
    const move = moveOf(task);
    // The landing itself heeds what it has asked for.
    if (state.stage.phase === 'land' || task.ending !== null) return;
    if (move?.kind !== 'merged' && move?.kind !== 'closed') return;
    task.ending = followEnd(task, change, move);
    task.interrupt();
  });
}

/** What is to be done about the change next; null where there is none. */
export function moveOf({ state }: Task): ChangeMove | null {
  const { change, config } = state;
  return change === null ? null : nextMove(change, config?.view.gates.land?.base ?? '');
}

/** What has to be done about the change before anybody needs to decide about it, or null. */
export function urgentMove(task: Task): ChangeMove | null {
  const move = moveOf(task);
  return move !== null && isUrgent(move) ? move : null;
}

/** Does that; null where there is nothing of the kind. */
export async function followUrgent(task: Task): Promise<Stage | null> {
  const { change } = task.state;
  const move = urgentMove(task);
  return change === null || move === null ? null : follow(task, change, move);
}

/** Does what people, CI or the base make necessary. */
export async function follow(task: Task, change: TaskChange, move: ChangeMove): Promise<Stage> {
  const { state } = task;
  switch (move.kind) {
    case 'merged':
    case 'closed':
      return followEnd(task, change, move);
    case 'pushed':
      return adopt(task, change, move.sha);
    case 'threads': {
      const { threads } = move;
      const sha = headOf(task);
      change.told.push(...threads.map((thread) => ({ ...thread, sha, refuted: null })));
      countReturnsAnew(state);
      return startRound(task, { kind: 'threads', sha, threads });
    }
    case 'red':
      return heedChecks(task, change, move.checks);
    case 'conflict':
    case 'behind':
      return catchUp(task);
    case 'wait':
    case 'ready':
      return state.stage;
    default:
      return move satisfies never;
  }
}

type End = Extract<ChangeMove, { kind: 'merged' | 'closed' }>;

function followEnd(
  task: Task,
  { number }: TaskChange,
  move: End,
): Extract<Stage, { phase: 'done' | 'rejected' }> {
  const { by } = move;
  if (move.kind === 'closed')
    return { phase: 'rejected', by, note: `#${number} was closed without being merged` };
  task.state.landedSha = move.sha;
  note(task, `#${number} was merged by ${by}, as ${shortSha(move.sha)}`);
  return { phase: 'done' };
}

/** What a person has pushed is the work from then on, together with what the agent has done since. */
async function adopt(task: Task, change: TaskChange, sha: string): Promise<Stage> {
  const { state } = task;
  const { branch, number } = change;
  const { project } = state;
  const { host } = workspaceOf(task);
  const port = git({ project, host, summary: `Take in what was pushed to ${branch}` });
  const message = `Take in what was pushed to ${branch}`;
  const input = { ...checkpointOf(task, { summary: message, message }), sha, branch, from: change.sha };
  const { sha: pushed, checkpoint, baseSha, files, conflicts, by } = await port.adopt(input);
  state.workspace = { ...workspaceOf(task), baseSha };
  takeHead(task, checkpoint);
  takePushed(change, pushed);
  countReturnsAnew(state);
  openRound(task, { kind: 'pushed', by, files, conflicts, at: now() });
  note(task, `${by} has pushed ${shortSha(pushed)} to #${number}, round ${state.round}`);
  return { phase: conflicts.length > 0 ? 'run' : 'verify' };
}

/** Failed checks run once more, because some fail by chance; then they go to the agent, with their logs. */
async function heedChecks(task: Task, change: TaskChange, red: ChangeCheck[]): Promise<Stage> {
  const { state } = task;
  const sha = headOf(task);
  const names = red.map(({ name }) => name).join(', ');
  const port = changesPort(task, `Look after checks of ${shortSha(sha)}`);
  const input = { ...changeInput(task, change), sha };
  if (change.rerun?.sha !== sha) {
    const { isRerun } = await port.rerunChecks(input);
    change.rerun = { sha, urls: isRerun ? red.map(({ url }) => url) : [] };
    if (isRerun) {
      note(task, `${names} failed on ${shortSha(sha)}, and once more is tried`);
      return state.stage;
    }
  }
  const workspace = workspaceOf(task);
  const failed = await whileThere(task, () => port.readChecks({ ...input, workspace }));
  if (failed.length > 0) return sendBack(task, { kind: 'checks', sha, checks: failed }, 'verification');
  await lookAnew(task, change);
  return state.stage;
}

/**
 * Takes in a base that has moved on. Where it fits, what was approved and reviewed stays so: the work itself is the same,
 * and is verified again. Where it does not, the agent solves it.
 */
async function catchUp(task: Task): Promise<Stage> {
  const { state } = task;
  const { land: rules } = view(task).gates;
  if (rules === null) return state.stage;
  const entry = landingEntry(task, rules);
  const { project } = state;
  const { host } = workspaceOf(task);
  const port = git({
    project,
    host,
    summary: `Bring ${state.issue.identifier} up to date with ${rules.base}`,
  });
  const rebased = await port.rebase({ entry });
  switch (rebased.kind) {
    case 'conflict':
      return sendBack(task, faultOf(task, rebased), 'landing');
    case 'blocked':
      await waitForBase(task, rebased.message);
      return state.stage;
    case 'failed':
      return fail(task, 'landing', rebased.message);
    case 'empty':
      state.landedSha = rebased.baseSha;
      note(task, `nothing to land: ${rules.base} has all of it already, at ${shortSha(rebased.baseSha)}`);
      return { phase: 'done' };
    case 'landed':
    case 'ready':
      break;
    default:
      return rebased satisfies never;
  }

  const { baseSha } = rebased.candidate;
  const taken = await port.takeInBase({ entry, baseSha });
  if (taken.kind === 'left') {
    await waitForBase(task, taken.message);
    return state.stage;
  }
  if (taken.conflicts.length > 0)
    return sendBack(task, { kind: 'conflict', baseSha, files: taken.conflicts }, 'landing');
  state.workspace = { ...workspaceOf(task), baseSha };
  const message = `Take in ${rules.base} at ${shortSha(baseSha)}`;
  const saved = await saveWork(task, { summary: message, message });
  if (saved.kind === 'secrets') return sendBack(task, { kind: 'secrets', places: saved.places }, 'landing');
  if (headOf(task) === entry.sha && state.change !== null) {
    const { change } = state;
    const remedy = `update its branch at ${change.url}, if that is still so`;
    await waitForBase(
      task,
      `#${change.number} is said to be behind ${rules.base}, and has all of it: ${remedy}.`,
    );
    await lookAnew(task, change);
    return state.stage;
  }
  // What else has come into the files nobody has looked at.
  if (saved.kind === 'committed' && saved.isBaseOnly) carryOver(task, entry.sha);
  note(task, `${rules.base} at ${shortSha(baseSha)} is taken in`);
  return { phase: 'verify' };
}

/** The same work on a newer base: whoever has looked at it need not look again. */
function carryOver({ state }: Task, from: string): void {
  const { decision, headSha, round } = state;
  if (headSha === null) return;
  if (decision !== null && approves(decision, { sha: from, round }))
    state.decision = { ...decision, sha: headSha };
  state.reviews = state.reviews.map((review) =>
    review.sha === from && review.round === round ? { ...review, sha: headSha } : review,
  );
}

/** Waits until the change is seen to be another than now, or the task has something else to do. */
export async function waitForChange(task: Task, change: TaskChange, reasons: string[]): Promise<void> {
  const { state } = task;
  const { seen, number, url } = change;
  const isMoot = () =>
    isTakenBack(task) || state.pausedBy !== null || isAbandoned(state) || state.newConfig !== null;
  const isNew = () => state.change?.seen !== seen;
  const waiting = { kind: 'change', number, url, reasons } as const;
  const isDone = await waitFor(task, waiting, () => isNew() || isMoot() || task.retryAsked, lookPatienceMs);
  if (task.retryAsked || !isDone) {
    // By now it is no lag: showing it brings the branch forward again.
    if (isSetBack(change)) task.shown = '';
    await askToLook(task, number);
  }
  task.retryAsked = false;
  takeNewConfig(task);
}

/** What was seen of it does not count any more, unless that is its end. */
export async function lookAnew(task: Task, change: TaskChange): Promise<void> {
  if (isSettled(change)) return;
  change.seen = null;
  await askToLook(task, change.number);
}

/** Has the project look at the change soon; the watch does so anyway, later. */
export async function askToLook(task: Task, number: number): Promise<void> {
  await deliver(() => projectOf(task).signal(refreshChangesSignal, { numbers: [number] }));
}

export function changesPort(task: Task, summary: string): ReturnType<typeof changes> {
  return changes({ project: task.state.project, host: granted(task).host, summary });
}

export function changeInput(task: Task, { number }: TaskChange) {
  const { project, issue } = task.state;
  return { config: granted(task).config.hash, project, identifier: issue.identifier, number };
}
