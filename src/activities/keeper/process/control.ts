import type { ErrorCode, Exit, FromKeeper, ToKeeper, ToolResult } from '../protocol.js';
import { files, protocolVersion } from '../protocol.js';
import type { Connection } from './connection.js';
import { longestBytes, openConnection } from './connection.js';
import { readFrame } from './frames.js';
import { JournalError } from './journal.js';
import type { Journal } from './journal.js';
import { listen } from './listen.js';
import type { WriterRight } from './writer.js';

/** What a client may ask of the program. */
export interface Commands {
  child(): { pid: number } | null;
  exit(): Exit | null;
  /** Throws a `JournalError`. */
  write(key: string, line: string): Answer;
  toolResult(id: string, result: ToolResult): Answer;
  signal(signal: Extract<ToKeeper, { op: 'signal' }>['signal']): void;
  close(reason: string, graceMs: number | undefined): void;
}

export type Answer =
  { kind: 'done'; at: number; duplicate: boolean } | { kind: 'refused'; code: ErrorCode; message: string };

export interface Control {
  /** Tells everybody, then closes; returns when all have read it, or after a moment. */
  close(exit: Exit): Promise<void>;
}

type Client = Connection<FromKeeper>;

const goodbyeMs = 1_000;
/** Of a line of a client that is not the writer: it has nothing to say but who it is. */
const shortBytes = 64 * 1024;
const mostConnections = 256;

/** Serves the clients: any number of readers and one writer. No frame can make the keeper fail. */
export async function serveControl(
  id: string,
  journal: Journal,
  right: WriterRight,
  commands: Commands,
): Promise<Control> {
  const connected = new Set<Client>();
  /** Those that have attached. */
  const clients = new Set<Client>();
  const owed = new Set<Client>();

  /** What grew while a client did not read is told it once, however much it was. */
  const tellGrowth = (): void => {
    for (const client of clients) {
      if (owed.has(client)) continue;
      owed.add(client);
      setImmediate(() =>
        client.whenRead(() => {
          owed.delete(client);
          client.send({ ev: 'grew', end: journal.end });
        }),
      );
    }
  };
  journal.events.on('grew', tellGrowth);
  journal.events.on('stalled', (code) => {
    for (const client of clients) client.send({ ev: 'stalled', code });
  });

  const attach = (client: Client, frame: Extract<ToKeeper, { op: 'attach' }>): void => {
    const refuse = (code: ErrorCode, message: string) => client.send({ ev: 'error', code, message });
    if (frame.version !== protocolVersion) {
      refuse('WRONG_VERSION', `this keeper speaks version ${protocolVersion}`);
      return;
    }
    if (frame.id !== id) {
      refuse('WRONG_KEEPER', 'another keeper listens here');
      return;
    }
    if (frame.epoch !== undefined && !right.take(client, frame.epoch)) {
      refuse('STALE', `the highest epoch so far is ${right.epoch ?? 0}`);
      return;
    }
    clients.add(client);
    client.send({
      ev: 'hello',
      version: protocolVersion,
      id,
      child: commands.child(),
      end: journal.end,
      exit: commands.exit(),
      stalled: journal.stalled,
      epoch: right.epoch,
      attached: right.attached,
      rssBytes: process.memoryUsage.rss(),
    });
  };
  const obey = (client: Client, frame: Exclude<ToKeeper, { op: 'attach' }>): void => {
    const key = keyOf(frame);
    if (!right.has(client)) {
      client.send({ ev: 'error', code: 'NOT_WRITER', ...key });
      return;
    }
    const answer = answerTo(frame, commands);
    if (answer?.kind === 'refused') {
      client.send({ ev: 'error', code: answer.code, message: answer.message, ...key });
    } else if (answer !== null && key.key !== undefined) {
      client.send({ ev: 'ack', key: key.key, at: answer.at, duplicate: answer.duplicate });
    }
  };

  const server = await listen(files.socket, mostConnections, (socket) => {
    const client: Client = openConnection(socket, {
      longest: () => (right.has(client) ? longestBytes : shortBytes),
      line(line) {
        const frame = readFrame(line);
        if (frame === null)
          client.send({ ev: 'error', code: 'BAD_FRAME', message: 'not a frame of this version' });
        else if (frame.op === 'attach') attach(client, frame);
        else obey(client, frame);
      },
      tooLong: () => client.send({ ev: 'error', code: 'BAD_FRAME', message: 'the line is too long' }),
    });
    connected.add(client);
    void client.closed.then(() => {
      clients.delete(client);
      connected.delete(client);
    });
  });

  return {
    async close(exit) {
      server.close();
      for (const client of connected) {
        if (clients.has(client)) client.send({ ev: 'exit', exit });
        client.end();
      }
      const patience = AbortSignal.timeout(goodbyeMs);
      const impatient = new Promise<void>((done) => patience.addEventListener('abort', () => done()));
      await Promise.race([Promise.all([...connected].map(({ closed }) => closed)), impatient]);
    },
  };
}

function answerTo(frame: Exclude<ToKeeper, { op: 'attach' }>, commands: Commands): Answer | null {
  try {
    switch (frame.op) {
      case 'write':
        return commands.write(frame.key, frame.line);
      case 'tool_result':
        return commands.toolResult(frame.id, frame.result);
      case 'signal':
        commands.signal(frame.signal);
        return null;
      case 'close':
        commands.close(frame.reason, frame.graceMs);
        return null;
    }
  } catch (error) {
    if (error instanceof JournalError) return { kind: 'refused', code: 'DISK', message: error.message };
    throw error;
  }
}

function keyOf(frame: Exclude<ToKeeper, { op: 'attach' }>): { key?: string } {
  if (frame.op === 'write') return { key: frame.key };
  return frame.op === 'tool_result' ? { key: frame.id } : {};
}
