import { setHandler } from '@temporalio/workflow';
import { phaseToReturnTo } from '../domain/move.js';
import type { OpenTurn, Stage, TaskState } from '../domain/task.js';
import { addTurn } from '../domain/usage.js';
import { saidBefore } from '../domain/words.js';
import { noTurnLimits } from '../domain/budget.js';
import * as messages from './messages.js';
import type { Task } from './task-context.js';
import { note, publish, shortSha } from './task-context.js';
import { tellAnswersAgain } from './task-open-turn.js';

/** Registers what the project says of hosts, and of the slots on them. */
export function heedHosts(task: Task): void {
  const { state } = task;
  setHandler(messages.leaveHostSignal, ({ host, why, to }) => {
    const wasThere = state.host === host || state.workspace?.host === host;
    if (!wasThere) return;
    state.leave = { host, why };
    if (why === 'down') abandon(task, to);
    publish(task);
  });

  setHandler(messages.slotGrantedSignal, (grant) => {
    if (state.slot !== 'asked') return;
    const { config, host, moved, left = noTurnLimits, usedUp = [] } = grant;
    const home = state.workspace?.host ?? host;
    const isMoving = moved !== undefined && home !== host;
    if (isMoving) state.move ??= { from: home, why: moved, back: null };
    Object.assign(state, {
      slot: 'held',
      config,
      newConfig: null,
      host: isMoving ? host : home,
      left,
      usedUp,
    });
    state.leave = null;
    Object.assign(task, { held: null, evenIfHeld: false });
  });
}

/** Nothing of what was asked of a host that is down will be answered, and what needs no workspace is done elsewhere. */
function abandon(task: Task, to: string): void {
  const { state } = task;
  state.host = to;
  note(task, `host ${state.leave?.host ?? ''} is down`);
  for (const giveUp of task.there) giveUp();
  // What waits for a person, a time or the train goes on waiting, and moves when it goes on.
  if (state.waiting === null && !task.isAtTrain) task.interrupt();
}

/**
 * A turn of which nobody will say how it ended. It has a number of its own, as every turn that was ended, and the next
 * one is told what this one was.
 */
export function loseTurn(state: TaskState, open: OpenTurn): void {
  state.openTurn = null;
  state.usage = addTurn(state.usage, open.usage);
  tellAnswersAgain(state, open);
}

/**
 * The first step at another host: the workspace is made again from the last checkpoint, and the task goes on in the
 * phase where it was. Null where it stays where it is.
 */
export function changeHost(task: Task): Stage | null {
  const { state } = task;
  const { move, stage, openTurn } = state;
  if (move?.back !== null) return null;
  if (openTurn !== null) loseTurn(state, openTurn);
  const { from, why } = move;
  const { headSha: sha } = state;
  Object.assign(state, { workspace: null, session: null });
  state.checkpoints = state.checkpoints.map((one) => ({ ...one, session: null }));
  const waiting = state.feedback.filter(({ kind }) => kind !== 'moved' && kind !== 'before');
  state.feedback = [{ kind: 'moved', from, why, sha }, ...saidBefore(state.words), ...waiting];
  const start = sha === null ? 'the base' : `checkpoint ${shortSha(sha)}`;
  note(task, `moved from host ${from}, which is ${why}, to ${state.host ?? ''}; goes on from ${start}`);
  if (state.rewind !== null) state.rewind.from ??= stage;
  move.back = phaseToReturnTo(stage);
  return { phase: 'prepare' };
}

/** Where a task goes on whose workspace is ready. */
export function phaseToGoOn({ state }: Task): Stage {
  const phase = state.move?.back ?? 'run';
  state.move = null;
  return { phase };
}
