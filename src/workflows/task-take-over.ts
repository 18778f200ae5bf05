import { ActivityFailure, ApplicationFailure, isCancellation } from '@temporalio/workflow';
import { FailureType } from '../domain/failure.js';
import { personName } from '../domain/person.js';
import type { HandBack, Stage, Taken } from '../domain/task.js';
import type { Taker } from './accept.js';
import { accept } from './accept.js';
import * as messages from './messages.js';
import { saveWork } from './task-checkpoint.js';
import type { Task } from './task-context.js';
import { isEnded, note, now, shortSha, waitFor } from './task-context.js';
import { giveSlotBack } from './task-slot.js';
import { countAnew, countReturnsAnew, openRound } from './task-ways-back.js';

/** More places than this do not fit into a sentence. */
const mostPlaces = 5;

/** Registers the messages by which a person takes the workspace, and hands it back. */
export function acceptTakeOver(task: Task, taker: Taker): void {
  const { state } = task;

  accept(taker, messages.takeOverUpdate, messages.takeOverSignal, {
    read: (fields) => ({ ...fields.message(), note: fields.text('note') }),
    refuse: () => refuseTakeOver(task),
    apply: ({ by, note: text }) => {
      state.taken = { by, since: now(), back: null };
      task.interrupt();
      return `taken over by ${by}${text.trim() === '' ? '' : `: ${text}`}`;
    },
  });

  accept(taker, messages.handBackUpdate, messages.handBackSignal, {
    read: (fields) => ({
      ...fields.message(),
      note: fields.text('note'),
      name: fields.text('name'),
      mail: fields.text('mail'),
      then: fields.text('then') === 'verify' ? ('verify' as const) : ('run' as const),
    }),
    refuse: () => {
      if (isEnded(task)) return `the task is over: ${state.stage.phase}`;
      if (state.taken === null) return 'nobody has taken the task over';
      return state.taken.back === null ? null : `${state.taken.back.by} is handing it back already`;
    },
    apply: ({ by, note: text, name, mail, then }) => {
      const author = personName(name, mail, by);
      if (state.taken !== null) state.taken.back = { by, note: text, author, then };
      return `handed back by ${by}`;
    },
  });
}

/** What cannot be stopped half-way is not taken over: the making of the workspace, and landing. */
function refuseTakeOver({ state, isAtTrain, ending }: Task): string | null {
  const { stage, taken, rewind, waiting, workspace } = state;
  switch (stage.phase) {
    case 'done':
    case 'rejected':
    case 'cancelled':
      return `the task is over: ${stage.phase}`;
    case 'land':
      if (isAtTrain) return 'the task is landing, which is not stopped half-way';
      break;
    case 'claim':
    case 'prepare':
      if (workspace !== null && waiting === null) return 'its workspace is being made ready: try again soon';
      break;
    default:
  }
  if (ending !== null) return 'the task is being cancelled';
  if (rewind !== null) return `${rewind.by} has it put back: try again soon`;
  if (workspace === null) return 'the task has no workspace yet';
  return taken === null ? null : `${taken.by} has taken it over already, at ${taken.since}`;
}

/**
 * A person has the workspace. What the agent left behind is saved first, so that the commit that
 * follows is the person's alone; then the task waits, without a slot, for as long as they like.
 */
export async function lend(task: Task, taken: Taken): Promise<Stage> {
  const { state } = task;
  // Their work counts as a retry.
  if (state.stage.phase === 'failed') countAnew(task);
  state.stage = { phase: 'run' };
  await giveSlotBack(task);

  const left = { summary: `Keep what was done before ${taken.by} took over`, message: 'Unfinished work' };
  let problem: string | null = null;
  const saved = await trySave(task, () => saveWork(task, left));
  if (saved.kind === 'failed') note(task, `what the agent left could not be saved: ${saved.message}`);
  if (saved.kind === 'secrets') note(task, `what looks like a secret was left in ${saved.places[0] ?? ''}`);
  if (saved.kind === 'gone') return makeAnew(task, saved.message);

  for (;;) {
    await waitFor(
      task,
      { kind: 'taken', by: taken.by, since: taken.since, problem },
      () => taken.back !== null,
    );
    if (taken.back === null) continue;
    const returned = await takeBack(task, taken.back);
    if (typeof returned !== 'string') return returned;
    taken.back = null;
    problem = returned;
    note(task, `it stays with ${taken.by}: ${problem}`);
  }
}

/** Saves what the person did as their commit, and goes on; a text says why it could not be saved. */
async function takeBack(task: Task, back: HandBack): Promise<Stage | string> {
  const { state } = task;
  const { by, author } = back;
  const summary = `Save what ${by} did`;
  const message = back.note.trim() === '' ? `Work by ${by}` : back.note;
  const saved = await trySave(task, () => saveWork(task, { summary, message, author }));
  switch (saved.kind) {
    case 'gone':
      return makeAnew(task, saved.message);
    case 'failed':
      return saved.message;
    case 'secrets':
      return `what looks like a secret has to go first: ${saved.places.slice(0, mostPlaces).join(', ')}`;
    case 'committed':
    case 'unchanged':
      break;
    default:
      return saved satisfies never;
  }

  const files = saved.kind === 'committed' ? saved.files : [];
  const what =
    saved.kind === 'committed' ? `what ${by} did is ${shortSha(saved.sha)}` : `${by} changed nothing`;
  state.taken = null;
  countReturnsAnew(state);
  openRound(task, { kind: 'handBack', by, note: back.note, files, at: now() });
  if (back.then === 'verify' && saved.sha === null) {
    note(task, `${what}, so there is nothing to verify; to the agent, round ${state.round}`);
    return { phase: 'run' };
  }
  note(task, `${what}; ${back.then === 'verify' ? 'to verification' : 'to the agent'}, round ${state.round}`);
  return { phase: back.then };
}

/** The folder is not there any more: nobody can work in it, and it is made again from the last checkpoint. */
function makeAnew(task: Task, message: string): Stage {
  task.state.taken = null;
  note(task, `nobody can take it over: ${message}`);
  return { phase: 'prepare' };
}

/** `gone` where there is no workspace to save, `failed` where infrastructure did not come back. */
export async function trySave<T>(
  task: Task,
  save: () => Promise<T>,
): Promise<T | { kind: 'gone' | 'failed'; message: string }> {
  try {
    return await save();
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
    const cause = error.cause ?? error;
    const type = cause instanceof ApplicationFailure ? (cause.type ?? null) : null;
    const { message } = cause;
    task.state.lastError = { category: type ?? FailureType.infrastructure, message, at: now() };
    return { kind: type === FailureType.workspace ? 'gone' : 'failed', message };
  }
}
