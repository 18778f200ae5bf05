import type { FromKeeper } from '../protocol.js';
import type { Connection } from './connection.js';

/** Who may write: the client of the highest epoch so far. A worker that was replaced is fenced off. */
export interface WriterRight {
  readonly epoch: number | null;
  readonly attached: boolean;
  has(client: Connection<FromKeeper>): boolean;
  /** False when this epoch, or a higher one, was here before. The writer that is there is told, and closed. */
  take(client: Connection<FromKeeper>, epoch: number): boolean;
}

/** Kept in memory only: the process is the truth, and its successor is another keeper with another id. */
export function createWriterRight(changed: (attached: boolean) => void): WriterRight {
  let writer: Connection<FromKeeper> | null = null;
  let highest: number | null = null;

  return {
    get epoch() {
      return highest;
    },
    get attached() {
      return writer !== null;
    },
    has: (client) => client === writer,
    take(client, epoch) {
      if (highest !== null && epoch <= highest) return false;
      highest = epoch;
      if (writer !== null && writer !== client) {
        writer.send({ ev: 'evicted', epoch });
        writer.end();
      }
      writer = client;
      changed(true);
      void client.closed.then(() => {
        if (writer !== client) return;
        writer = null;
        changed(false);
      });
      return true;
    },
  };
}
