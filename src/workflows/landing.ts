import {
  ActivityFailure,
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  log,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { FailureType } from '../domain/failure.js';
import type { LandingEntry } from '../domain/landing.js';
import type { LandingInput, LandingState } from '../domain/landing-queue.js';
import { isAtWork, nextBatch, readLanding } from '../domain/landing-queue.js';
import { wasCancelled } from './cancelled.js';
import type { Settled } from './landing-batch.js';
import { landBatch } from './landing-batch.js';
import { answer, dropWithdrawn, handleLandingMessages, now, showQueue } from './landing-messages.js';
import { logFieldsOf, shortReason } from './log-fields.js';
import { hostDownSignal } from './messages.js';
import { identifierAttribute, keyword, phaseAttribute, projectAttribute } from './search-attributes.js';

/**
 * The merge train of one repository and base. It takes the next entries, lands them, answers their
 * tasks, and ends when the queue is empty. It waits for nobody.
 */
export async function landing(input: LandingInput): Promise<void> {
  const state = readLanding(input, now());
  handleLandingMessages(state);
  const work = heedHosts(state);
  // The first entry arrives with the start.
  await condition(() => state.entries.length > 0, '1m');
  do {
    await landAll(state, work);
    await condition(allHandlersFinished);
    // One may have come while the last handlers were at work.
  } while (state.entries.length > 0);
}

async function landAll(state: LandingState, work: Work): Promise<void> {
  for (let batch = nextBatch(state.entries); batch.length > 0; batch = nextBatch(state.entries)) {
    showFirst(batch);
    // All at once: a task that is not told yet may ask for its entry back, and it is not in the queue any more.
    await Promise.all(leave(state, await landOrExplain(state, work, batch)).map(answer));
    await dropWithdrawn(state);
    if (workflowInfo().continueAsNewSuggested) await startNewRun(state);
  }
}

/** Infrastructure that does not come back ends its entry, not those behind it. */
async function landOrExplain(state: LandingState, work: Work, batch: LandingEntry[]): Promise<Settled[]> {
  work.scope = new CancellationScope();
  try {
    return await work.scope.run(() =>
      landBatch(batch, (step) => {
        state.work = { keys: batch.map(({ key }) => key), step, since: now() };
        showQueue(state);
      }),
    );
  } catch (error) {
    if (work.scope.consideredCancelled && wasCancelled(error)) return giveBack(work, batch);
    if (!(error instanceof ActivityFailure)) throw error;
    const cause = error.cause ?? error;
    const message = `${error.activityType}: ${cause.message}`;
    // The same repository for all of them, and no fault of theirs: each task waits for it.
    if (cause instanceof ApplicationFailure && cause.type === FailureType.repository) {
      return batch.map((entry) => ({ entry, result: { kind: 'blocked', message } }));
    }
    const [first] = batch;
    if (first === undefined) throw error;
    // It may be another one's fault.
    if (batch.length > 1) return landOrExplain(state, work, [first]);
    return [{ entry: first, result: { kind: 'infrastructure', message } }];
  }
}

/** What the train does now, and on which host it cannot go on. */
interface Work {
  scope: CancellationScope;
  down: string;
}

/** A host that is down would hold up the train: what it is asked now is given up. */
function heedHosts(state: LandingState): Work {
  const work = { scope: new CancellationScope(), down: '' };
  setHandler(hostDownSignal, ({ host }) => {
    const isHeldUp = state.entries.some((entry) => isAtWork(state, entry) && isAt(entry, host));
    if (!isHeldUp) return;
    work.down = host;
    work.scope.cancel();
  });
  return work;
}

/** Their tasks ask for them again from another host; what has landed by then is found landed. */
function giveBack({ down }: Work, batch: LandingEntry[]): Settled[] {
  return batch
    .filter((entry) => isAt(entry, down))
    .map((entry) => ({ entry, result: { kind: 'withdrawn' } }));
}

function isAt(entry: LandingEntry, host: string): boolean {
  return entry.workspace.host === host || entry.host === host;
}

/** Takes what is settled out of the queue; the others wait for what comes next. */
function leave(state: LandingState, settled: Settled[]): Settled[] {
  for (const one of settled) logLanding(one);
  const keys = settled.map(({ entry }) => entry.key);
  state.entries = state.entries.filter(({ key }) => !keys.includes(key));
  state.work = null;
  showQueue(state);
  return settled;
}

/** What went wrong for good is said by the task, which knows how it goes on. */
function logLanding({ entry, result }: Settled): void {
  const { base, sha } = entry;
  const reason = 'message' in result ? shortReason(result.message) : undefined;
  log.info('landing ended', { ...logFieldsOf({ entry }), outcome: result.kind, base, sha, reason });
}

function showFirst([first]: LandingEntry[]): void {
  if (first === undefined) return;
  upsertSearchAttributes([
    { key: projectAttribute, value: keyword(first.project) },
    { key: identifierAttribute, value: keyword(first.identifier) },
    { key: phaseAttribute, value: 'land' },
  ]);
}

async function startNewRun(state: LandingState): Promise<never> {
  await condition(allHandlersFinished);
  return continueAsNew<typeof landing>(state);
}
