import { activityInfo } from '@temporalio/activity';
import type { Attempt } from '../attempt.js';

/** Temporal has given the work to a newer attempt: what this one finds out must not count. */
export class SupersededError extends Error {
  override readonly name = 'SupersededError';
}

/** What a run directory is held for; each part has programs of its own. */
export type RunPart = 'turn' | 'verify' | `review/${string}`;

export interface HoldSpec {
  runPath: string;
  part: RunPart;
  attempt: Attempt;
}

interface Holder {
  activity: string;
  epoch: number;
  superseded: AbortController;
  ended: Promise<unknown>;
}

/** Who works or waits, for each part of each run directory: attempts overlap in one process. */
const holders = new Map<string, Set<Holder>>();

/**
 * Works in a part of a run directory as the only one in this process. Temporal starts another attempt when it
 * has not heard of one for a while (a laptop that slept), also while that one goes on: the newer attempt makes the
 * older one leave and waits until it has left. Another activity's work is waited for. Attempts in other
 * processes are the programs' own matter: they obey the highest epoch. Throws `SupersededError` for
 * the older attempt, and the reason of `leave`. The work of an attempt that is to end begins all the same:
 * it has to end what another process has left running.
 */
export async function holdRun<T>(
  { runPath, part, attempt }: HoldSpec,
  work: (attempt: Attempt) => Promise<T>,
): Promise<T> {
  const place = `${runPath}/${part}`;
  const { epoch } = attempt;
  const others = [...(holders.get(place) ?? [])];
  const activity = currentActivity();
  supersede(others, activity, epoch);

  const superseded = new AbortController();
  const held = { ...attempt, leave: AbortSignal.any([attempt.leave, superseded.signal]) };
  const working = allEnded(others, held.leave).then(() => work(held));
  const holder = { activity, epoch, superseded, ended: working.catch(() => undefined) };
  enter(place, holder);
  try {
    return await working;
  } catch (error) {
    superseded.signal.throwIfAborted();
    throw error;
  } finally {
    leave(place, holder);
  }
}

/** Throws when the attempt itself is the older one, which has arrived late. */
function supersede(others: Holder[], activity: string, epoch: number): void {
  const same = others.filter((other) => other.activity === activity);
  if (same.some((other) => other.epoch > epoch)) throw new SupersededError('a newer attempt has taken over');
  same.forEach((other) => other.superseded.abort(new SupersededError('a newer attempt has taken over')));
}

async function allEnded(others: Holder[], leave: AbortSignal): Promise<void> {
  await Promise.race([Promise.all(others.map(({ ended }) => ended)), aborted(leave)]);
  leave.throwIfAborted();
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done(), { once: true });
  });
}

function enter(place: string, holder: Holder): void {
  const all = holders.get(place) ?? new Set();
  holders.set(place, all.add(holder));
}

function leave(place: string, holder: Holder): void {
  const all = holders.get(place);
  all?.delete(holder);
  if (all?.size === 0) holders.delete(place);
}

function currentActivity(): string {
  const { workflowExecution, activityId } = activityInfo();
  return `${workflowExecution?.runId ?? ''}/${activityId}`;
}
