import { nextPlayer } from '../domain/player.js';
import { saidBefore } from '../domain/words.js';
import type { Task } from './task-context.js';
import { note, view, workspaceOf } from './task-context.js';

/** Says which kind of agent plays the turn that begins now, and hands the task over where it is another one. */
export function choosePlayer(task: Task): void {
  const { state } = task;
  const { agent } = view(task);
  const next = nextPlayer(agent, state);
  // An earlier version knew of one kind alone.
  const before = state.player ?? (state.session === null ? null : agent.kind);
  const why = state.lastError?.category === 'quota' ? state.lastError.message : '';
  if (before !== null && before !== next) handOver(task, { from: before, to: next, why });
  else if (before === null && next !== agent.kind)
    note(task, `${next} plays it: the quota of ${agent.kind} is used up`);
  state.player = next;
  // Whether a quota is still used up the turn tells.
  if (state.lastError?.category === 'quota') state.lastError = null;
}

/** The other agent knows nothing of the task but what it is told, and no session is its own. */
function handOver(task: Task, { from, to, why }: { from: string; to: string; why: string }): void {
  const { state } = task;
  const { baseSha } = workspaceOf(task);
  state.session = null;
  state.checkpoints = state.checkpoints.map((one) => ({ ...one, session: null }));
  const waiting = state.feedback.filter(({ kind }) => kind !== 'handOver' && kind !== 'before');
  state.feedback = [{ kind: 'handOver', from, why, baseSha }, ...saidBefore(state.words), ...waiting];
  note(task, `${to} goes on in place of ${from}${why === '' ? '' : `: ${why}`}`);
}
