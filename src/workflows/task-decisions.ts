import type { Decision, Pending } from '../domain/decision.js';
import { recordDecision, refuseDecision } from '../domain/decision.js';
import type { Stage } from '../domain/task.js';
import type { Taker } from './accept.js';
import { accept } from './accept.js';
import * as messages from './messages.js';
import type { Task } from './task-context.js';
import { now } from './task-context.js';
import { acceptOpen, sendOpenAlong, takeAcceptanceBack } from './task-review.js';
import { countReturnsAnew, startRound } from './task-ways-back.js';

const verdicts: readonly string[] = ['approve', 'request_changes', 'reject'];

/** Registers the message by which a person decides about a change. */
export function acceptDecision(task: Task, taker: Taker): void {
  const { state } = task;
  accept(taker, messages.decideUpdate, messages.decideSignal, {
    read: (fields) => ({
      ...fields.message(),
      note: fields.text('note'),
      verdict: fields.text('verdict') as Decision['verdict'],
      sha: fields.text('sha'),
      round: fields.number('round'),
    }),
    refuse: (message) => {
      if (!verdicts.includes(message.verdict)) return `the verdict must be one of ${verdicts.join(', ')}`;
      if (message.verdict !== 'approve' && message.note.trim() === '') return 'say why in a note';
      const who = state.config?.view.gates.review.who ?? [];
      return refuseDecision(message, shownFor(task, message.verdict), state.decision, who);
    },
    apply: ({ verdict, sha, round, by, note }, via) => {
      state.decision = { verdict, sha, round, by, note, at: now(), via };
      recordDecision(state.decisions, state.decision);
      const said = `${verdict.replace('_', ' ')} of ${sha.slice(0, 12)}, round ${round}, by ${by}`;
      return task.isAtTrain ? `${said}, unless its landing cannot be stopped any more` : said;
    },
  });
}

/**
 * What a person can decide about now. Until the train has begun with a change, whoever may decide can
 * still take it back: while it is queued, paused, or waits for the base.
 */
function shownFor({ state }: Task, verdict: Decision['verdict']): Pending | null {
  const { stage, waiting, headSha, round } = state;
  if (waiting?.kind === 'decision') return { sha: waiting.sha, round: waiting.round };
  if (stage.phase !== 'land' || headSha === null) return null;
  const shown = { sha: headSha, round };
  const isApproved = state.decision?.sha === headSha && state.decision.round === round;
  // A second approval is refused with who has given the first one.
  return verdict !== 'approve' || isApproved ? shown : null;
}

/** What follows a decision about exactly what the task shows. */
export function judge(task: Task, decision: Decision): Stage {
  switch (decision.verdict) {
    case 'approve':
      acceptOpen(task, decision);
      return { phase: 'land' };
    case 'reject':
      takeAcceptanceBack(task, decision);
      return { phase: 'rejected', by: decision.by, note: decision.note };
    case 'request_changes':
      takeAcceptanceBack(task, decision);
      countReturnsAnew(task.state);
      sendOpenAlong(task);
      return startRound(task, {
        kind: 'changes',
        by: decision.by,
        note: decision.note,
        at: decision.at,
      });
    default:
      return decision.verdict satisfies never;
  }
}
