import {
  describeCheckpoint,
  findCheckpoint,
  isRewindPhase,
  keepCheckpoint,
  neverReached,
  rewindPhases,
} from '../domain/rewind.js';
import { findingsBefore, findingsOpenAt } from '../domain/findings.js';
import type { PhaseCheckpoint } from '../domain/rewind.js';
import type { Rewind, Stage } from '../domain/task.js';
import { findingsToTell } from '../domain/told-findings.js';
import { isWord, saidBefore, wordsUntil } from '../domain/words.js';
import type { Taker } from './accept.js';
import { accept } from './accept.js';
import * as messages from './messages.js';
import type { RestoreOutcome } from './ports.js';
import { git } from './proxies.js';
import { checkpointOf, saveWork, takeHead } from './task-checkpoint.js';
import type { Task } from './task-context.js';
import { note, now, objectionOf, publish, shortSha, workspaceOf } from './task-context.js';
import { trySave } from './task-take-over.js';
import { countAnew, countReturnsAnew, openRound, waitOut } from './task-ways-back.js';

const restoreAgainMs = 60_000;

/** Notes where the task is now, so that a person can come back to it. */
export function keepMoment({ state }: Task): void {
  const { stage, round, headSha, session } = state;
  if (!isRewindPhase(stage.phase)) return;
  keepCheckpoint(state.checkpoints, { phase: stage.phase, round, sha: headSha, at: now(), session });
}

/** Registers the message by which a person has the work put back to an earlier moment. */
export function acceptRewind(task: Task, taker: Taker): void {
  const { state } = task;
  accept(taker, messages.rewindUpdate, messages.rewindSignal, {
    read: (fields) => ({
      ...fields.message(),
      note: fields.text('note'),
      to: fields.text('to'),
      round: fields.number('round'),
    }),
    refuse: (message) => refuseNow(task) ?? refuseMoment(task, message),
    apply: ({ by, note: text, to: phase, round }) => {
      const to = momentOf(task, phase, round);
      if (to === null) return 'there is no such moment';
      state.rewind = { by, note: text, to, from: null };
      const said = `${by} has it put back to ${describeCheckpoint(to)}`;
      if (task.isAtTrain) return `${said}, unless its landing cannot be stopped any more`;
      task.interrupt();
      return said;
    },
  });
}

/** What has landed stays, and what a person has in their hands is theirs. */
function refuseNow({ state, ending }: Task): string | null {
  const { stage, taken, rewind, waiting, workspace } = state;
  switch (stage.phase) {
    case 'done':
      return 'the task is done: nothing that has landed is undone';
    case 'rejected':
    case 'cancelled':
      return `the task is over: ${stage.phase}`;
    case 'claim':
    case 'prepare':
      if (workspace !== null && waiting === null) return 'its workspace is being made ready: try again soon';
      break;
    default:
  }
  if (ending !== null) return 'the task is being cancelled';
  if (taken !== null) return `${taken.by} has taken it over: hand it back first`;
  if (rewind !== null) return `${rewind.by} has it put back already`;
  if (workspace === null) return 'the task has no workspace yet';
  return workspace.ref === '' ? 'the project has no repository, so there are no checkpoints' : null;
}

function refuseMoment(task: Task, { to, round }: messages.RewindMessage): string | null {
  if (!isRewindPhase(to)) return `a task goes back to one of ${rewindPhases.join(', ')}`;
  return momentOf(task, to, round) === null ? neverReached(to, roundOf(round)) : null;
}

function momentOf({ state }: Task, phase: string, round: number): PhaseCheckpoint | null {
  return isRewindPhase(phase) ? findCheckpoint(state.checkpoints, phase, roundOf(round)) : null;
}

/** Messages have 0 for the newest round. */
function roundOf(round: number): number | null {
  return round === 0 ? null : round;
}

/**
 * Puts the files back and opens a new round, so that every decision is void. What is there now is saved
 * first, and the ref only grows: nothing is lost. Where that cannot be saved, the task stays as it is.
 */
export async function goBack(task: Task, rewind: Rewind): Promise<Stage> {
  const { state } = task;
  const { stage } = state;
  const from = rewind.from ?? stage;
  publish(task);
  const left = { summary: `Keep what was done before ${rewind.by} put it back`, message: 'Unfinished work' };
  const saved = await trySave(task, () => saveWork(task, left));
  if (saved.kind === 'gone' && rewind.from === null) {
    rewind.from = stage;
    return { phase: 'prepare' };
  }
  if (saved.kind === 'secrets') note(task, `what looks like a secret was left in ${saved.places[0] ?? ''}`);

  const isSaved = saved.kind !== 'gone' && saved.kind !== 'failed';
  const restored = isSaved ? await trySave(task, () => restore(task, rewind)) : saved;
  // Half put back may be what is in the files now: only another try makes that whole.
  if (isSaved && restored.kind === 'failed') {
    note(task, `not put back yet: ${restored.message}`);
    await waitOut(task, restoreAgainMs, restored.message);
    return stage;
  }
  state.rewind = null;
  if (restored.kind !== 'restored') {
    note(task, `not put back to ${describeCheckpoint(rewind.to)}: ${restored.message}`);
    return restored.kind === 'gone' ? stage : from;
  }
  if (from.phase === 'failed') countAnew(task);
  return goOn(task, rewind, restored);
}

function restore(task: Task, { by, to }: Rewind): Promise<RestoreOutcome> {
  const { host } = workspaceOf(task);
  const back = `Back to ${describeCheckpoint(to)}`;
  const work = { summary: `${back}, by ${by}`, message: back };
  const { project } = task.state;
  return git({ project, host, summary: work.summary }).restore({ ...checkpointOf(task, work), sha: to.sha });
}

/**
 * What was found out about later work does not count any more. What people had said by then is told again, because the
 * session may be an older one, or none; what they said later counts where the agent was not told yet.
 */
function goOn(
  task: Task,
  { by, note: text, to }: Rewind,
  { checkpoint, baseSha, conflicts }: Extract<RestoreOutcome, { kind: 'restored' }>,
): Stage {
  const { state } = task;
  takeHead(task, checkpoint);
  state.workspace = { ...workspaceOf(task), baseSha };
  state.words = wordsUntil(state.words, to.at);
  state.feedback = [...saidBefore(state.words), ...state.feedback.filter(isWord)];
  const found = findingsToTell(findingsOpenAt(state.findings, to));
  if (to.phase === 'run' && state.headSha !== null && found.length > 0)
    state.feedback.push({ kind: 'findings', sha: state.headSha, findings: found });
  Object.assign(state, {
    session: to.session,
    report: null,
    evidence: null,
    findings: findingsBefore(state.findings, to),
  });
  countReturnsAnew(state);
  const moment = describeCheckpoint(to);
  openRound(task, { kind: 'rewind', by, note: text, moment, conflicts, at: now() });
  if (checkpoint.kind === 'secrets') state.feedback.push({ kind: 'secrets', places: checkpoint.places });

  const isWhole = checkpoint.kind !== 'secrets' && conflicts.length === 0 && state.headSha !== null;
  const goesToAgent = to.phase === 'run' || !isWhole;
  const head = state.headSha === null ? 'the base' : shortSha(state.headSha);
  const next = goesToAgent ? 'to the agent' : 'to verification';
  note(task, `put back by ${by} to ${moment}, as ${head}; ${next}, round ${state.round}`);
  // Evidence belongs to a commit, so what is to be reviewed is verified first.
  return { phase: goesToAgent ? 'run' : 'verify' };
}

/** It landed before it could be put back, or before an objection reached the train. */
export function noteTooLate(task: Task): void {
  const { rewind } = task.state;
  if (rewind !== null) note(task, `not put back by ${rewind.by}: it was landing already`);
  task.state.rewind = null;
  const refused = objectionOf(task);
  if (refused !== null) note(task, `what ${refused.by} said came too late: it was landing already`);
}
