import { setTimeout as sleep } from 'node:timers/promises';
import { compareWithKnown } from '../../domain/observation.js';
import { isQuiet } from '../../domain/project.js';
import type { Known, Poll } from '../../domain/project.js';
import type { Look } from './look.js';

/** How soon a project that did not answer is asked again. */
const askAgainMs = 2_000;

interface WatchDeps {
  /** What the project knows now; null when it cannot answer at the moment. */
  askKnown: () => Promise<Known | null>;
  look: (known: Known) => Promise<Look>;
  /** Told what each look has found. */
  seen: (known: Known, observation: Look['observation']) => void;
}

/** Looks at the interval of the configuration until something differs from what the project knows. */
export async function watchUntilChange(
  { askKnown, look, seen }: WatchDeps,
  signal: AbortSignal,
): Promise<Poll> {
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
