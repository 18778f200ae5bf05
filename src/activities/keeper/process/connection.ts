import type { Socket } from 'node:net';

/** One end of a socket that carries lines of JSON. */
export interface Connection<Out> {
  send(frame: Out): void;
  /** Runs the task now, or once the other side has read what it was sent. */
  whenRead(task: () => void): void;
  /** Sends what is left, then closes. */
  end(): void;
  /** Settles when it is closed. */
  closed: Promise<void>;
}

export interface Received {
  /** The longest line that this side may send now, in bytes. */
  longest(): number;
  line(line: string): void;
  /** A line is too long; the connection is closed afterwards. */
  tooLong(): void;
}

/** Of one line: a prompt fits. No longer frame is sent either. */
export const longestBytes = 16 * 1024 * 1024;
/** What may wait for a side that does not read. */
const unreadBytes = 1024 * 1024;
const newline = 0x0a;

/** Never throws: a connection that breaks is closed. One that does not read its answers is not read either. */
export function openConnection<Out>(socket: Socket, received: Received): Connection<Out> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let isTooLong = false;

  const takeLine = (end: Buffer): void => {
    const line = Buffer.concat([...held, end]).toString();
    held = [];
    heldBytes = 0;
    if (line.trim() !== '') received.line(line);
  };
  socket.on('data', (chunk: Buffer) => {
    if (isTooLong) return;
    let from = 0;
    for (let to = chunk.indexOf(newline); to >= 0; to = chunk.indexOf(newline, from)) {
      takeLine(chunk.subarray(from, to));
      from = to + 1;
    }
    if (from < chunk.length) held.push(chunk.subarray(from));
    heldBytes += chunk.length - from;
    if (heldBytes > received.longest()) {
      isTooLong = true;
      held = [];
      received.tooLong();
      // What still comes is read and dropped: a socket closed before that would take the answer away.
      socket.end();
    }
  });
  socket.on('error', () => socket.destroy());
  socket.on('drain', () => socket.resume());
  const closed = new Promise<void>((done) => socket.once('close', () => done()));

  return {
    closed,
    send(frame) {
      if (!socket.writable) return;
      if (!socket.write(`${JSON.stringify(frame)}\n`)) socket.pause();
      if (socket.writableLength > unreadBytes + longestBytes) socket.destroy();
    },
    whenRead(task) {
      if (socket.writableNeedDrain) socket.once('drain', task);
      else task();
    },
    end() {
      socket.end();
    },
  };
}
