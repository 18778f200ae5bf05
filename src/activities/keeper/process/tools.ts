import { mkdirSync } from 'node:fs';
import type { Server } from 'node:net';
import { dirname } from 'node:path';
import type { ToolDeclaration, ToolResult, ToShim } from '../protocol.js';
import { longestShimFrame } from '../protocol.js';
import type { Connection } from './connection.js';
import { openConnection } from './connection.js';
import type { Reach } from './fault.js';
import { readShimFrame } from './frames.js';
import type { Journal } from './journal.js';
import { listen } from './listen.js';

/** The agent's tools: calls go to the journal, and wait there for whoever answers them. */
export interface Tools {
  /**
   * Journals the result, then hands it to the agent. Null when there is no such call. A second result is dropped.
   * Throws a `JournalError`; then nothing was handed over.
   */
  answer(id: string, result: ToolResult): { at: number; duplicate: boolean } | null;
  close(): Promise<void>;
}

interface Call {
  /** The shim's own number, of this connection alone. */
  number: string;
  from: Connection<ToShim>;
  /** Where its result stands in the journal; null until then. */
  answeredAt: number | null;
}

/** More at once are a fault of the program's. */
const mostWaiting = 1_000;
const mostConnections = 16;

/**
 * Listens at the path for the shims of a program. A call belongs to its connection: the result of a shim that has gone is
 * journalled and handed to nobody. `keeperId` makes the calls' ids differ between generations.
 */
export async function serveTools(
  path: string,
  declared: ToolDeclaration[],
  keeperId: string,
  journal: Journal,
  reached: Reach,
): Promise<Tools> {
  const calls = new Map<string, Call>();
  const shims = new Set<Connection<ToShim>>();
  let waiting = 0;

  const call = (from: Connection<ToShim>, number: string, name: string, input: unknown): void => {
    const refuse = (text: string) => from.send({ ev: 'result', call: number, result: failure(text) });
    if (!declared.some((tool) => tool.name === name)) {
      refuse(`there is no tool "${name}"`);
      return;
    }
    if (waiting >= mostWaiting) {
      refuse(`${mostWaiting} calls wait for their results already`);
      return;
    }
    const id = `${keeperId}:${calls.size + 1}`;
    waiting += 1;
    calls.set(id, { number, from, answeredAt: null });
    journal.put([{ d: 'call', id, name, arguments: input }]);
  };
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const server: Server = await listen(path, mostConnections, (socket) => {
    const shim: Connection<ToShim> = openConnection(socket, {
      longest: () => longestShimFrame,
      line(line) {
        const frame = readShimFrame(line);
        if (frame === null) shim.send({ ev: 'error', code: 'BAD_FRAME', message: 'expected list or call' });
        else if (frame.op === 'list') shim.send({ ev: 'tools', tools: declared });
        else call(shim, frame.call, frame.name, frame.arguments);
      },
      tooLong: () => shim.send({ ev: 'error', code: 'BAD_FRAME', message: 'the line is too long' }),
    });
    shims.add(shim);
    void shim.closed.then(() => shims.delete(shim));
  });

  return {
    answer(id, result) {
      const found = calls.get(id);
      if (found === undefined) return null;
      if (found.answeredAt !== null) return { at: found.answeredAt, duplicate: true };
      const at = journal.append({ d: 'result', id, result });
      found.answeredAt = at;
      waiting -= 1;
      reached('journalled', id);
      found.from.send({ ev: 'result', call: found.number, result });
      reached('written', id);
      return { at, duplicate: false };
    },
    async close() {
      server.close();
      for (const shim of shims) shim.end();
      await Promise.all([...shims].map(({ closed }) => closed));
    },
  };
}

function failure(text: string): ToolResult {
  return { content: [{ type: 'text', text }], isError: true };
}
