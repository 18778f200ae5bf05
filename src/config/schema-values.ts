import { z } from 'zod';

/** Values that sections of the workflow file share. */

/** A whole number; a text that is one counts as well. The message is what is allowed. */
export function wholeNumber(least: number, most: number, allowed: string) {
  const error = allowed;
  return z.preprocess(
    (value) => (typeof value === 'string' && /^[0-9]+$/.test(value) ? Number(value) : value),
    z.int({ error }).min(least, { error }).max(most, { error }),
  );
}

/** Timers take no more: a longer one would fire at once. */
export const longestMs = 2 ** 31 - 1;
export const positive = wholeNumber(1, Number.MAX_SAFE_INTEGER, 'a whole number above 0');
export const duration = wholeNumber(1, longestMs, `a whole number of milliseconds from 1 to ${longestMs}`);
export const usd = z.number({ error: 'a number above 0' }).positive({ error: 'a number above 0' });
export const port = wholeNumber(1, 65_535, 'a port from 1 to 65535');
export const word = z.string().trim().min(1, { error: 'a text that is not empty' });
