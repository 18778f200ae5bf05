import { setTimeout as sleep } from 'node:timers/promises';
import type { Observation } from '../../domain/observation.js';
import { compareWithKnown } from '../../domain/observation.js';
import { isQuiet } from '../../domain/project.js';
import type { Known, Poll } from '../../domain/project.js';
import type { Look } from './look.js';

/** How soon a project that did not answer is asked again. */
const askAgainMs = 2_000;
/** How often somebody may have written the workflow file. */
const fileEveryMs = 500;

interface WatchDeps {
  /** What the project knows now; null when it cannot answer at the moment. */
  askKnown: () => Promise<Known | null>;
  look: (known: Known) => Promise<Look>;
  /** Told what each look has found. */
  seen: (known: Known, observation: Look['observation']) => void;
  /** Changes with the workflow file. */
  stamp: () => Promise<string>;
  lookAtFile: (known: Known) => Promise<Observation>;
}

/**
 * Looks until something differs from what the project knows: at the tracker at the interval of the configuration, and
 * beside it at the workflow file, which must not wait for a tracker that is slow (SPEC 6.2).
 */
export async function watchUntilChange(deps: WatchDeps, signal: AbortSignal): Promise<Poll> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  try {
    return await Promise.race([watchTracker(deps, either), watchFile(deps, either)]);
  } finally {
    over.abort();
  }
}

async function watchTracker({ askKnown, look, seen }: WatchDeps, signal: AbortSignal): Promise<Poll> {
  for (;;) {
    const known = await askKnown();
    let waitMs = askAgainMs;
    if (known !== null) {
      const { observation, intervalMs } = await look(known);
      seen(known, observation);
      const poll = compareWithKnown(known, observation);
      if (!isQuiet(poll)) return poll;
      waitMs = intervalMs;
    }
    await sleep(waitMs, undefined, { signal });
  }
}

async function watchFile({ askKnown, stamp, lookAtFile }: WatchDeps, signal: AbortSignal): Promise<Poll> {
  let seen = '';
  for (;;) {
    const now = await stamp();
    const known = now === seen ? null : await askKnown();
    if (known !== null) {
      const poll = compareWithKnown(known, await lookAtFile(known));
      if (!isQuiet(poll)) return poll;
      seen = now;
    }
    await sleep(fileEveryMs, undefined, { signal });
  }
}
