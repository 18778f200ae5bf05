import { closeSync } from 'node:fs';
import type { Socket } from 'node:net';

/** The standard streams of the program, whatever kind they are. */
export interface Streams {
  /** For `spawn`. */
  stdio: [stdin: number | 'ignore', stdout: number, stderr: number];
  /** Why the program takes no line now; null when it does. */
  refusal(): Refusal | null;
  /** Sends a line to the program, without waiting. */
  send(line: string): void;
  /** Ends the program's input. False when it has none that could tell it to end. */
  closeInput(): boolean;
  /** Whatever still comes is read and dropped, so that the program is not held back. */
  discard(): void;
  /** Waits for the rest of the output, for no longer than a moment, and returns why it is not whole, or null. */
  finish(): Promise<string | null>;
}

export interface Refusal {
  code: 'ENDED' | 'BUSY' | 'BAD_FRAME';
  message: string;
}

/** How long output that is already written may take to arrive when somebody keeps the pipe open. */
const drainMs = 1_000;

/**
 * Settles when the stream has ended, or when nothing has come for a moment: then a process that escaped holds it
 * open. While `isHeldBack` says that what has come cannot be stored yet, it is waited for.
 */
export function drained(stream: Socket, isHeldBack: () => boolean): Promise<void> {
  return new Promise((done) => {
    if (stream.closed) {
      done();
      return;
    }
    let before = stream.bytesRead;
    const timer = setInterval(() => {
      if (stream.bytesRead === before && !isHeldBack()) stream.destroy();
      before = stream.bytesRead;
    }, drainMs);
    stream.once('close', () => {
      clearInterval(timer);
      done();
    });
  });
}

/** Closes our copies of the program's ends, so that a stream ends when the program does. */
export function release({ stdio }: Streams): void {
  for (const fd of new Set(stdio)) if (typeof fd === 'number') closeSync(fd);
}
