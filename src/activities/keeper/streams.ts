import { execFile } from 'node:child_process';
import { constants, openSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BoundedFile } from './output.js';

const run = promisify(execFile);
/** How long output that is already written may take to arrive when somebody keeps the pipe open. */
const drainMs = 1_000;

/** The standard streams of one program, as file descriptors for `spawn`. */
export interface Streams {
  stdin: number | 'ignore';
  output: number;
  /** Our copies of the program's ends; to be closed once it runs. */
  release(): Promise<void>;
  /** Waits for the rest of the output, never for longer than a moment. */
  drain(): Promise<void>;
}

/**
 * Opens a real pipe for the output, because Node's own pipes are sockets, on which `> /dev/stderr`
 * fails, and a plain file would be cut by it. The input is an unnamed file, so that a program
 * that never reads it blocks nobody.
 */
export async function openStreams(stdin: string | null, output: BoundedFile): Promise<Streams> {
  const folder = await mkdtemp(join(tmpdir(), 'continuo-'));
  try {
    const input = stdin === null ? null : await openInput(join(folder, 'stdin'), stdin);
    const pipe = await openPipe(join(folder, 'output'));
    const reader = new Socket({ fd: pipe.reader, readable: true, writable: false });
    const copied = copy(reader, output);
    return {
      stdin: input?.fd ?? 'ignore',
      output: pipe.writer.fd,
      async release() {
        await Promise.all([input?.close(), pipe.writer.close()]);
      },
      async drain() {
        const timer = setTimeout(() => reader.destroy(), drainMs);
        await copied;
        clearTimeout(timer);
      },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function openInput(path: string, text: string): Promise<FileHandle> {
  await writeFile(path, text, { mode: 0o600 });
  return open(path, 'r');
}

async function openPipe(path: string): Promise<{ reader: number; writer: FileHandle }> {
  await run('mkfifo', ['-m', '600', path]);
  // Reading first and without blocking: opening either end alone would wait for the other.
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return { reader, writer: await open(path, constants.O_WRONLY) };
}

/** Never throws. A reader that was destroyed from outside ends the copy: the rest belongs to a program that escaped. */
async function copy(from: Socket, to: BoundedFile): Promise<void> {
  const chunks = from.iterator({ destroyOnReturn: true })[Symbol.asyncIterator]();
  for (;;) {
    const next = await chunks.next().catch(() => null);
    if (next === null || next.done) return;
    if (Buffer.isBuffer(next.value)) await to.write(next.value);
  }
}
