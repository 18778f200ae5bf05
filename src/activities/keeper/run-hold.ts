import { activityInfo } from '@temporalio/activity';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeWhole } from '../../config/atomic-write.js';

/** Temporal has given the work to a newer attempt: what this one finds out must not count. */
export class SupersededError extends Error {
  override readonly name = 'SupersededError';
}

/** What a run directory is held for; each part has programs of its own. */
export type RunPart = 'turn' | 'verify';

/** One attempt's right to work in a part of a run directory. */
export interface Hold {
  /** Aborted by cancellation, and by a newer attempt of the same activity. */
  signal: AbortSignal;
  /** Different for every attempt, and fit for the name of a folder. */
  key: string;
  /** Whether no other attempt, of another process either, has taken over. */
  isCurrent(): Promise<boolean>;
  /** Throws the reason of the cancellation, or `SupersededError`: to be asked right before anything is written. */
  require(): Promise<void>;
}

interface Attempt {
  activity: string;
  number: number;
}

interface Holder extends Attempt {
  supersede: AbortController;
  ended: Promise<unknown>;
}

const Claim = z.object({ key: z.string() });

/** Who works or waits, for each part of each run directory: attempts overlap in one process. */
const holders = new Map<string, Set<Holder>>();

/**
 * Works in a part of a run directory as the only one. Temporal starts another attempt when it has not heard
 * of one for a while (a laptop that slept), also while that one goes on: the newer attempt ends the
 * older and waits for its end. Another activity's work is waited for. A file names the newest attempt,
 * so that one in a process that was stopped meanwhile finds out as well.
 */
export async function holdRun<T>(
  { runPath, part, signal }: { runPath: string; part: RunPart; signal: AbortSignal },
  work: (hold: Hold) => Promise<T>,
): Promise<T> {
  const place = join(runPath, `${part}-attempt.json`);
  const attempt = currentAttempt();
  const others = [...(holders.get(place) ?? [])];
  supersede(others, attempt);

  const controller = new AbortController();
  const hold = holdOf(place, AbortSignal.any([signal, controller.signal]));
  const working = Promise.all(others.map(({ ended }) => ended)).then(async () => {
    hold.signal.throwIfAborted();
    await writeWhole(place, JSON.stringify({ ...attempt, key: hold.key }));
    return work(hold);
  });

  const holder = { ...attempt, supersede: controller, ended: working.catch(() => undefined) };
  enter(place, holder);
  try {
    return await working;
  } finally {
    leave(place, holder);
  }
}

/** Throws when the attempt itself is the older one, which has arrived late. */
function supersede(others: Holder[], { activity, number }: Attempt): void {
  const same = others.filter((other) => other.activity === activity);
  const newest = Math.max(number, ...same.map((other) => other.number));
  const superseded = new SupersededError(`attempt ${newest} has taken over`);
  if (newest > number) throw superseded;
  same.forEach((other) => other.supersede.abort(superseded));
}

function holdOf(place: string, signal: AbortSignal): Hold {
  const key = randomUUID().slice(0, 8);
  const isCurrent = async () => ((await readClaim(place)) ?? key) === key;
  return {
    signal,
    key,
    isCurrent,
    async require() {
      signal.throwIfAborted();
      if (!(await isCurrent())) throw new SupersededError('another attempt has taken over');
    },
  };
}

/** Null when there is none that can be read: nobody has taken over then. */
async function readClaim(place: string): Promise<string | null> {
  try {
    return Claim.parse(JSON.parse(await readFile(place, 'utf8'))).key;
  } catch {
    return null;
  }
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

function currentAttempt(): Attempt {
  const { workflowExecution, activityId, attempt } = activityInfo();
  return { activity: `${workflowExecution?.runId ?? ''}/${activityId}`, number: attempt };
}
