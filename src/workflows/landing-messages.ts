import { getExternalWorkflowHandle, setCurrentDetails, setHandler } from '@temporalio/workflow';
import type { LandingResult } from '../domain/landing.js';
import type { LandingState, QueuedEntry } from '../domain/landing-queue.js';
import { findQueued, isAtWork, moveToFront, queueOf, renderQueue } from '../domain/landing-queue.js';
import type { Fields } from './accept.js';
import { accept } from './accept.js';
import { deliver } from './deliver.js';
import type { Settled } from './landing-batch.js';
import * as messages from './messages.js';
import type { QueueMessage } from './messages.js';

const remarksLimit = 10;

/** Registers every message of a landing train. Must run before the first await. */
export function handleLandingMessages(state: LandingState): void {
  setHandler(messages.queueQuery, () => queueOf(state));

  setHandler(messages.enqueueSignal, (entry) => {
    if (state.entries.every(({ key }) => key !== entry.key)) state.entries.push({ ...entry, since: now() });
    showQueue(state);
  });

  setHandler(messages.withdrawSignal, async ({ key, taskWorkflowId }) => {
    if (state.entries.every((entry) => entry.key !== key)) {
      // It was answered already, or the train that had it was terminated: nothing here lands it.
      if (taskWorkflowId !== undefined) await tell(taskWorkflowId, key, { kind: 'withdrawn' });
      return;
    }
    state.withdrawn.push(key);
    await dropWithdrawn(state);
  });

  const taker = {
    seen: state.seenMessages,
    note: (text: string) => {
      state.remarks.push(`${now()} ${text}`);
      state.remarks.splice(0, state.remarks.length - remarksLimit);
      showQueue(state);
    },
  };

  accept(taker, messages.prioritizeUpdate, messages.prioritizeSignal, {
    read: readQueueMessage,
    refuse: (message) => refuse(state, message) ?? refuseFirst(state, message),
    apply: (message) => {
      const entry = findQueued(state, message);
      if (entry !== null) moveToFront(state, entry);
      return `${message.task} was moved to the front by ${message.by}`;
    },
  });

  accept(taker, messages.removeUpdate, messages.removeSignal, {
    read: readQueueMessage,
    refuse: (message) => refuse(state, message),
    apply: async (message) => {
      const entry = findQueued(state, message);
      if (entry !== null) await takeOut(state, { entry, result: { kind: 'removed', by: message.by } });
      return `${message.task} was taken out of the queue by ${message.by}, and its task is paused`;
    },
  });
}

/** Answers the tasks that want their entries back, but for those of entries at work: only the result tells. */
export async function dropWithdrawn(state: LandingState): Promise<void> {
  const isLeaving = (entry: QueuedEntry) => state.withdrawn.includes(entry.key) && !isAtWork(state, entry);
  const leaving = state.entries.filter(isLeaving);
  const queued = state.entries.map(({ key }) => key);
  state.withdrawn = state.withdrawn.filter((key) => queued.includes(key));
  for (const entry of leaving) await takeOut(state, { entry, result: { kind: 'withdrawn' } });
}

async function takeOut(state: LandingState, settled: Settled): Promise<void> {
  const { key } = settled.entry;
  state.entries = state.entries.filter((entry) => entry.key !== key);
  state.withdrawn = state.withdrawn.filter((other) => other !== key);
  showQueue(state);
  await answer(settled);
}

/** Tells a task what became of its entry. */
export async function answer({ entry, result }: Settled): Promise<void> {
  await tell(entry.taskWorkflowId, entry.key, result);
}

async function tell(taskWorkflowId: string, key: string, result: LandingResult): Promise<void> {
  const task = getExternalWorkflowHandle(taskWorkflowId);
  await deliver(() => task.signal(messages.landingResultSignal, { key, result }));
}

/** Shows the queue in the Temporal UI. */
export function showQueue(state: LandingState): void {
  setCurrentDetails(renderQueue(queueOf(state)));
}

/** The workflow's clock, which replays the same. RFC 3339. */
export function now(): string {
  return new Date().toISOString();
}

function readQueueMessage(fields: Fields): QueueMessage {
  return { ...fields.message(), project: fields.text('project'), task: fields.text('task') };
}

function refuse(state: LandingState, message: QueueMessage): string | null {
  const entry = findQueued(state, message);
  if (entry === null) return `${message.task || 'no task'} is not in the queue of ${state.base}`;
  if (!isAtWork(state, entry)) return null;
  return `${message.task} is at work already (${state.work?.step ?? ''}): it lands, or its task is told why not`;
}

function refuseFirst(state: LandingState, message: QueueMessage): string | null {
  const next = state.entries.find((entry) => !isAtWork(state, entry));
  return next !== undefined && next === findQueued(state, message)
    ? `${message.task} is the next one already`
    : null;
}
