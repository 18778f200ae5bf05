import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Invocation } from './invocation.js';
import { openPager } from './own-programs.js';

/** Lines that are written at once: few writes for a long text, and a first page without delay. */
const batch = 200;

/**
 * Prints lines on stdout, or in the person's pager when that is a terminal, as fast as they are read. What
 * others wrote in them must have been made harmless before.
 */
export async function printLines(
  { out, env, stdout }: Invocation,
  lines: AsyncIterable<string>,
  paged: boolean,
): Promise<void> {
  const text = () => Readable.from(inBatches(lines));
  if (paged && out.isTerminal && (await openPager(text, env))) return;
  await pipeline(text(), stdout, { end: false });
}

async function* inBatches(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let waiting: string[] = [];
  for await (const line of lines) {
    waiting.push(`${line}\n`);
    if (waiting.length < batch) continue;
    yield waiting.join('');
    waiting = [];
  }
  yield waiting.join('');
}
