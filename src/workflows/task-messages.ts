import { setHandler } from '@temporalio/workflow';
import { answerOf } from '../domain/question.js';
import type { Hold } from '../domain/hold.js';
import { statusOf } from '../domain/status.js';
import type { Fields } from './accept.js';
import { accept } from './accept.js';
import * as messages from './messages.js';
import type { NoteMessage } from './messages.js';
import { acceptRaise } from './task-budget.js';
import type { Task } from './task-context.js';
import { end, isEnded, note, now, publish, theTracker } from './task-context.js';
import { askToLook, heedChange } from './task-change.js';
import { acceptDecision } from './task-decisions.js';
import { halt } from './task-halt.js';
import { heedHosts } from './task-host.js';
import { takeRemark } from './task-remarks.js';
import { acceptRewind } from './task-rewind.js';
import { acceptTakeOver } from './task-take-over.js';

/** More notes than this at once would not be read, and would not fit into a payload. */
const openNotesLimit = 20;

/** Registers every message of a task. Must run before the first await. */
export function handleMessages(task: Task): void {
  const { state } = task;
  const taker = {
    seen: state.seenMessages,
    note: (text: string) => {
      note(task, text);
      publish(task);
    },
  };
  setHandler(messages.statusQuery, () => statusOf(state));
  setHandler(messages.stateQuery, () => state);

  accept(taker, messages.answerUpdate, messages.answerSignal, {
    read: (fields) => ({
      ...fields.message(),
      questionId: fields.text('questionId'),
      text: fields.text('text'),
    }),
    refuse: ({ questionId, text }) => {
      if (state.waiting?.kind !== 'question') return 'the task has no open question';
      if (state.waiting.question.id !== questionId) return 'this question is no longer open';
      return text.trim() === '' ? 'the answer is empty' : null;
    },
    apply: ({ questionId, text, by }) => {
      const asked = state.waiting?.kind === 'question' ? state.waiting.question : null;
      const question = asked?.text ?? '';
      const answer = asked === null ? text : answerOf(asked, text);
      // The agent that asked goes on with it; where there is none any more, the next one is told.
      if (state.openTurn !== null) state.openTurn.answers.push({ questionId, question, text: answer, by });
      else state.feedback.push({ kind: 'answer', question, answer, by, at: now() });
      state.waiting = null;
      return answer === text ? `answered by ${by}` : `answered by ${by}: ${answer}`;
    },
  });

  accept(taker, messages.steerUpdate, messages.steerSignal, {
    read: noteMessage,
    refuse: ({ note: text }) => {
      if (text.trim() === '') return 'the note is empty';
      if (state.feedback.length >= openNotesLimit) return 'the next turn has enough notes to read already';
      return refuseWhenOver(task);
    },
    apply: ({ id, by, note: text }) => takeRemark(task, { id, by, note: text }),
  });

  accept(taker, messages.pauseUpdate, messages.pauseSignal, {
    read: noteMessage,
    refuse: ({ now }) => {
      const hastens = now === true && task.atWork !== null && task.halted === null;
      return state.pausedBy === null || hastens
        ? refuseWhenOver(task)
        : `already paused by ${state.pausedBy}`;
    },
    apply: ({ by, all, now, note: text }) => {
      // One that was paused by itself is not resumed with all.
      state.pausedWithAll = all === true && (state.pausedBy === null || state.pausedWithAll);
      state.pausedBy = by;
      if (now !== true || task.atWork === null) return `paused by ${by}; what is running now finishes first`;
      halt(task, by, text);
      return `paused by ${by}; what was running is ended`;
    },
  });

  accept(taker, messages.resumeUpdate, messages.resumeSignal, {
    read: noteMessage,
    refuse: ({ all }) => {
      if (state.pausedBy === null) return 'the task is not paused';
      return all && !state.pausedWithAll ? `${state.pausedBy} paused this task by itself` : null;
    },
    apply: ({ by }) => {
      Object.assign(state, { pausedBy: null, pausedWithAll: false });
      return `resumed by ${by}`;
    },
  });

  accept(taker, messages.cancelUpdate, messages.cancelSignal, {
    read: noteMessage,
    refuse: () => refuseWhenOver(task) ?? (task.ending === null ? null : 'it is being cancelled already'),
    apply: ({ by, note: text }) => {
      end(task, by, text);
      return task.isAtTrain
        ? `cancelled by ${by}, unless its landing cannot be stopped any more`
        : `cancelled by ${by}`;
    },
  });

  accept(taker, messages.retryUpdate, messages.retrySignal, {
    read: noteMessage,
    refuse: () => refuseRetry(task),
    apply: ({ by }) => {
      task.retryAsked = true;
      return `retried by ${by}`;
    },
  });

  acceptRaise(task, taker);
  acceptDecision(task, taker);
  acceptTakeOver(task, taker);
  acceptRewind(task, taker);

  heedHosts(task);
  heedChange(task);
  setHandler(messages.slotHeldSignal, (hold) => {
    task.held = hold;
    if (state.waiting?.kind === 'slot') state.waiting.held = hold;
    publish(task);
  });
  setHandler(messages.configuredSignal, ({ config }) => {
    state.newConfig = config.hash === state.config?.hash ? null : config;
  });
  setHandler(messages.landingResultSignal, (answer) => {
    // The first one counts: what a train says later of an entry that it has settled is no news.
    if (task.landing?.key !== answer.key) task.landing = answer;
  });
  setHandler(messages.issueObservedSignal, (seen) => observe(task, seen));
}

function noteMessage(fields: Fields): NoteMessage {
  return {
    ...fields.message(),
    note: fields.text('note'),
    all: fields.isTrue('all'),
    now: fields.isTrue('now'),
  };
}

function refuseWhenOver(task: Task): string | null {
  return isEnded(task) ? `the task is over: ${task.state.stage.phase}` : null;
}

const nothingToRetry = 'there is nothing to retry: the task has not failed and waits for no timer';

/** A retry is taken only where it is waited for: anywhere else it would be forgotten. */
function refuseRetry({ state: { waiting } }: Task): string | null {
  switch (waiting?.kind) {
    case 'retry':
    case 'backoff':
    case 'base':
    case 'change':
    case 'budget':
      return null;
    case 'slot':
      return refuseRetryOf(waiting.held);
    case 'paused':
      return 'the task is paused: resume it first';
    case 'taken':
      return `${waiting.by} has taken it over: hand it back first`;
    default:
      return nothingToRetry;
  }
}

/** A person may have a task try a quota; a budget that is spent has to be raised. */
function refuseRetryOf(held: Hold | undefined): string | null {
  if (held === undefined) return nothingToRetry;
  return held.spent === undefined
    ? null
    : `the budget of the ${held.spent.scope} is used up, ${held.message}: raise it first`;
}

/**
 * What the tracker says of the issue (SPEC 8.5). A terminal issue ends the task in any phase;
 * one that is merely not to be worked on now stops it only before there is anything to judge.
 */
function observe(task: Task, seen: messages.IssueObservation): void {
  const { phase } = task.state.stage;
  switch (seen.kind) {
    case 'updated':
      Object.assign(task.state.issue, seen.issue);
      return;
    case 'terminal':
      if (task.ending !== null || isEnded(task)) return;
      task.issueIsTerminal = true;
      // A merge closes the issue as well: whether there was one the forge tells.
      if (task.state.change !== null) return void askToLook(task, task.state.change.number);
      end(task, theTracker, `the issue is ${seen.state}`);
      return;
    case 'ineligible':
    case 'missing': {
      const why =
        seen.kind === 'missing' ? 'the issue is gone' : `the issue is ${seen.state} and not to be worked on`;
      // A person who works on it may well have moved the issue.
      const isAtWork = phase === 'claim' || phase === 'prepare' || phase === 'run';
      const stops = isAtWork && task.state.taken === null;
      if (stops && task.ending === null) end(task, theTracker, why);
      else note(task, why);
      return;
    }
    default:
      seen satisfies never;
  }
}
