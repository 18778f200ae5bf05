import type { Answer } from './control.js';
import type { Reach } from './fault.js';
import type { Journal } from './journal.js';
import type { Refusal } from './streams.js';

/** The program's end of the lines. */
export interface Receiver {
  /** Why the program takes no line now; null when it does. */
  refusal(): Refusal | null;
  send(line: string): void;
}

export interface Input {
  /** Journals the line, then writes it. A known key is only acknowledged. Throws a `JournalError`. */
  write(key: string, line: string): Answer;
}

/**
 * The lines of the writer, each at most once. Journal, then write, then acknowledge: what is in the journal may have been
 * delivered, what is not was not.
 */
export function createInput(journal: Journal, receiver: Receiver, reached: Reach): Input {
  const offsets = new Map<string, number>();

  return {
    write(key, line) {
      const known = offsets.get(key);
      if (known !== undefined) return { kind: 'done', at: known, duplicate: true };
      if (line.includes('\n')) {
        return { kind: 'refused', code: 'BAD_FRAME', message: 'a line has no line break in it' };
      }
      const refusal = receiver.refusal();
      if (refusal !== null) return { kind: 'refused', ...refusal };
      const at = journal.append({ d: 'in', key, s: line });
      offsets.set(key, at);
      reached('journalled', key);
      receiver.send(line);
      reached('written', key);
      return { kind: 'done', at, duplicate: false };
    },
  };
}
