import { printable } from './output.js';
import type { Sink } from './surroundings.js';

/** Runs something that may take a while, with a spinner on stderr when that is a terminal. */
export async function showProgress<T>(stderr: Sink, text: string, work: () => Promise<T>): Promise<T> {
  // A terminal that does not tell its width, as some that programs open, makes ora clear lines for ever.
  if (!stderr.isTTY || !stderr.columns) return work();
  const { default: ora } = await import('ora');
  const spinner = ora({ text: printable(text), stream: stderr, discardStdin: false }).start();
  try {
    return await work();
  } finally {
    spinner.stop();
  }
}
