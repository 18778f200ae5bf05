import type { Entry } from './journal.js';

/** The longest piece of a line in one record. */
const pieceBytes = 1024 * 1024;
const newline = 0x0a;

/** Makes records of a stream of bytes, one for each line. In linear time, whatever the lines' length. */
export interface LineSplitter {
  /** The lines that end in this chunk, and full pieces of the one that does not. The chunk is not kept. */
  take(chunk: Buffer): Entry[];
  /** What is left when the stream has ended without a newline. */
  flush(): Entry[];
}

/** Bytes that are no UTF-8 become U+FFFD. A line over 1 MiB becomes pieces, cut between characters. */
export function splitLines(d: 'out' | 'err'): LineSplitter {
  // One buffer that grows: a program that writes single bytes must not cost an object for each.
  let store = Buffer.alloc(0);
  let held = 0;
  let isCut = false;

  const hold = (bytes: Buffer): void => {
    if (held + bytes.length > store.length) {
      const larger = Buffer.allocUnsafe(Math.max(held + bytes.length, 2 * store.length));
      store.copy(larger, 0, 0, held);
      store = larger;
    }
    bytes.copy(store, held);
    held += bytes.length;
  };
  const pieces = (): Entry[] => {
    const entries: Entry[] = [];
    let from = 0;
    while (held - from > pieceBytes) {
      const to = boundaryBefore(store, from + pieceBytes);
      entries.push({ d, s: store.toString('utf8', from, to), part: true });
      from = to;
      isCut = true;
    }
    if (from > 0) store.copyWithin(0, from, held);
    held -= from;
    return entries;
  };
  const line = (): Entry => {
    const s = store.toString('utf8', 0, held);
    held = 0;
    isCut = false;
    return { d, s };
  };

  return {
    take(chunk) {
      const first = chunk.indexOf(newline);
      if (first < 0) {
        hold(chunk);
        return pieces();
      }
      hold(chunk.subarray(0, first));
      const entries = [...pieces(), line()];
      const last = chunk.lastIndexOf(newline);
      if (last > first) {
        for (const s of chunk.toString('utf8', first + 1, last).split('\n')) entries.push({ d, s });
      }
      if (last + 1 < chunk.length) hold(chunk.subarray(last + 1));
      return entries;
    },
    flush() {
      return held > 0 || isCut ? [...pieces(), line()] : [];
    },
  };
}

/** The last boundary of characters that is not behind `at`; `at` itself when there is none near, as in no UTF-8. */
function boundaryBefore(bytes: Buffer, at: number): number {
  for (let back = 0; back < 4; back += 1) {
    if (((bytes[at - back] ?? 0) & 0xc0) !== 0x80) return at - back;
  }
  return at;
}
