import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';

const tailBytes = 256 * 1024;

/** A file that gets the output of one program, appended, and no more than a limit of it. */
export interface BoundedFile {
  /** Never throws: a program goes on when its output cannot be kept any longer. */
  write(chunk: Buffer): Promise<void>;
  /** Writes the tail that was held back, and closes. Returns why the file is not whole, if it is not. */
  finish(): Promise<string | null>;
}

/**
 * Keeps the head as it comes and the last part in memory: at most 256 KB or a quarter of the limit.
 * What lies between is dropped, and a line says how much. The file only ever grows, so that it
 * can be followed. Throws when it cannot be opened.
 */
export async function openBounded(path: string, limitBytes: number): Promise<BoundedFile> {
  const file = await open(path, 'a', 0o600);
  const tailLimit = Math.min(tailBytes, Math.floor(limitBytes / 4));
  let room = limitBytes - tailLimit;
  let tail: Buffer[] = [];
  let held = 0;
  let dropped = 0;
  let problem: string | null = null;

  const hold = (chunk: Buffer) => {
    tail.push(chunk);
    held += chunk.length;
    for (let first = tail[0]; first && held - first.length >= tailLimit; first = tail[0]) {
      tail.shift();
      held -= first.length;
      dropped += first.length;
    }
  };
  /** After the first fault, which is mostly a full disk, nothing more is tried. */
  const unlessBroken = async (work: () => Promise<void>) => {
    if (problem !== null) return;
    try {
      await work();
    } catch (error) {
      problem = `${path} could not be written: ${error instanceof Error ? error.message : String(error)}`;
    }
  };

  return {
    async write(chunk) {
      const head = chunk.subarray(0, room);
      if (head.length > 0) await unlessBroken(() => file.appendFile(head));
      room -= head.length;
      if (head.length < chunk.length) hold(chunk.subarray(head.length));
    },
    async finish() {
      const excess = Math.max(held - tailLimit, 0);
      const kept = Buffer.concat(tail).subarray(excess);
      tail = [];
      await unlessBroken(() => writeTail(file, dropped + excess, kept));
      await file.close().catch(() => undefined);
      return problem;
    },
  };
}

async function writeTail(file: FileHandle, dropped: number, kept: Buffer): Promise<void> {
  if (dropped > 0) await file.appendFile(`\n[... ${dropped} bytes left out ...]\n`);
  if (kept.length > 0) await file.appendFile(kept);
}
