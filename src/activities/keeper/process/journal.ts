import { EventEmitter, once } from 'node:events';
import { fstatSync, ftruncateSync, openSync, statSync, writeSync } from 'node:fs';
import type { JournalRecord } from '../protocol.js';
import { files } from '../protocol.js';
import { renderRecord } from '../record-text.js';
import { createClock } from './clock.js';
import { errorCode } from './guards.js';

type Unnumbered<T> = T extends unknown ? Omit<T, 'n' | 't'> : never;
/** A record before it gets its number and time. */
export type Entry = Unnumbered<JournalRecord>;

interface JournalEvents {
  grew: [];
  /** The disk takes no more: hold back whatever produces records. */
  stalled: [code: string];
  /** There is room again, and everything that waited is written. */
  room: [];
}

/** The journal of this generation. Its records are in the order in which things happened. */
export interface Journal {
  events: EventEmitter<JournalEvents>;
  /** Its size in bytes. */
  readonly end: number;
  /** The error code while records wait for room; null when all is well. */
  readonly stalled: string | null;
  /** Writes at once and returns the offset, or throws a `JournalError`; then nothing was written. */
  append(entry: Entry): number;
  /** Never throws and never drops: what cannot be written waits for room. For what has happened already. */
  put(entries: Entry[]): void;
  /** Notes a jump of the clock, if there was one. Every record is preceded by those before it. */
  noteClock(): void;
  /** Settles when nothing waits for room any more. */
  written(): Promise<void>;
  /** Gives up what waits for room. */
  abandon(): void;
  /** Whether the file still is what was written: a program that is not contained can change it. */
  isOurs(): boolean;
}

/** The record could not be written; `code` is the system's. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
  constructor(readonly code: string) {
    super(`the journal cannot be written: ${code}`);
  }
}

const retryMs = 250;

/**
 * Creates the journal. Appends are synchronous and all or nothing: a torn record is cut off again. There
 * is no fsync, because the page cache outlives this process, and the program does not outlive the machine.
 */
export function openJournal(): Journal {
  const fd = openSync(files.journal, 'ax', 0o600);
  const events = new EventEmitter<JournalEvents>();
  const clockJump = createClock();
  let end = 0;
  let count = 0;
  let stalled: string | null = null;
  let waiting: Buffer[] = [];
  let retry: NodeJS.Timeout | undefined;

  const render = (entries: Entry[]): Buffer => {
    const t = Date.now();
    let text = '';
    entries.forEach((entry, index) => {
      text += `${renderRecord({ n: count + index + 1, t, ...entry })}\n`;
    });
    return Buffer.from(text);
  };
  const write = (bytes: Buffer): void => {
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
    } catch (error) {
      ftruncateSync(fd, end);
      throw new JournalError(errorCode(error));
    }
    end += bytes.length;
  };
  const stall = (code: string): void => {
    stalled = code;
    retry ??= setInterval(tryAgain, retryMs);
    events.emit('stalled', code);
  };
  const clear = (): void => {
    clearInterval(retry);
    retry = undefined;
    stalled = null;
    waiting = [];
  };
  function tryAgain(): void {
    const before = end;
    try {
      for (let first = waiting[0]; first; first = waiting[0]) {
        write(first);
        waiting.shift();
      }
      clear();
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      stalled = error.code;
    }
    if (end > before) events.emit('grew');
    if (stalled === null) events.emit('room');
  }

  function put(entries: Entry[]): void {
    if (entries.length === 0) return;
    noteClock();
    const bytes = render(entries);
    count += entries.length;
    if (stalled !== null) {
      waiting.push(bytes);
      return;
    }
    try {
      write(bytes);
      events.emit('grew');
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      waiting.push(bytes);
      stall(error.code);
    }
  }
  function noteClock(): void {
    const clockMs = clockJump();
    if (clockMs !== 0) put([{ d: 'note', s: `the clock jumped by ${clockMs} ms`, clockMs }]);
  }

  return {
    events,
    get end() {
      return end;
    },
    get stalled() {
      return stalled;
    },
    append(entry) {
      noteClock();
      // What happened earlier has to be written earlier.
      if (stalled !== null) throw new JournalError(stalled);
      const at = end;
      write(render([entry]));
      count += 1;
      events.emit('grew');
      return at;
    },
    put,
    noteClock,
    async written() {
      while (stalled !== null) await once(events, 'room');
    },
    abandon() {
      if (stalled === null) return;
      clear();
      events.emit('room');
    },
    isOurs() {
      const file = fstatSync(fd);
      return file.size === end && statSync(files.journal, { throwIfNoEntry: false })?.ino === file.ino;
    },
  };
}
