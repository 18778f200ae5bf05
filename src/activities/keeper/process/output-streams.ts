import { openSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { ProgramIo } from '../protocol.js';
import type { BoundedFile } from './bounded-file.js';
import { openBounded } from './bounded-file.js';
import { openPipes } from './pipes.js';
import type { Streams } from './streams.js';
import { drained } from './streams.js';

/**
 * stdout and stderr together go to a bounded file, through one pipe that keeps their order; the input is
 * an unnamed file, so that a program that never reads it blocks nobody. Throws when one cannot be opened.
 */
export async function openOutputStreams(io: Extract<ProgramIo, { kind: 'output' }>): Promise<Streams> {
  const file = await openBounded(io.file, io.limitBytes);
  const stdin = io.stdin === null ? 'ignore' : openInput(io.stdin);
  const [pipe] = openPipes({ input: [], output: ['output'] }).output;
  if (!pipe) throw new Error('there is no pipe');
  const copying = copy(pipe.ours, file);

  return {
    stdio: [stdin, pipe.theirs, pipe.theirs],
    refusal: () => ({ code: 'BAD_FRAME', message: 'this program takes no lines' }),
    send: () => undefined,
    closeInput: () => false,
    discard: () => undefined,
    async finish() {
      await drained(pipe.ours, () => copying.isWriting);
      await copying.end;
      return file.finish();
    },
  };
}

/** An unnamed file with the text, open for reading. */
function openInput(text: string): number {
  const path = 'stdin';
  try {
    writeFileSync(path, text, { mode: 0o600, flag: 'wx' });
    return openSync(path, 'r');
  } finally {
    rmSync(path, { force: true });
  }
}

/** Never throws. A reader that was destroyed ends the copy: the rest belongs to a program that escaped. */
function copy(from: Socket, to: BoundedFile): { end: Promise<void>; readonly isWriting: boolean } {
  let isWriting = false;
  const copyAll = async (): Promise<void> => {
    const chunks = from.iterator({ destroyOnReturn: true })[Symbol.asyncIterator]();
    for (;;) {
      const next = await chunks.next().catch(() => null);
      if (next === null || next.done) return;
      isWriting = true;
      if (Buffer.isBuffer(next.value)) await to.write(next.value);
      isWriting = false;
    }
  };
  return {
    end: copyAll(),
    get isWriting() {
      return isWriting;
    },
  };
}
