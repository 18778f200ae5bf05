import { openSync } from 'node:fs';
import { connect } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { FromShim, ToolDeclaration, ToolResult, ToShim } from '../protocol.js';
import { longestShimFrame } from '../protocol.js';

/** The tools of one agent, behind its keeper's socket. */
export interface Tools {
  list(): Promise<ToolDeclaration[]>;
  /** Waits as long as it takes: for a worker, or for a person. The end of the keeper is an error of the call. */
  call(name: string, input: unknown): Promise<ToolResult>;
  /** Settles when the keeper has ended. */
  closed: Promise<void>;
}

/** The longest path that the kernel takes for a socket, in bytes. */
const longestPath = 107;

/** Connects to a keeper's tools socket. Rejects when nobody listens there. */
export async function connectTools(path: string): Promise<Tools> {
  const socket = connect(reachable(path));
  await new Promise<void>((done, fail) => socket.once('connect', done).once('error', fail));

  const waiting = new Map<string, (result: ToolResult) => void>();
  let listed: (tools: ToolDeclaration[]) => void = () => undefined;
  let calls = 0;
  const write = (frame: string) => void socket.write(`${frame}\n`);
  const send = (frame: FromShim) => write(JSON.stringify(frame));
  const answer = (call: string, result: ToolResult) => {
    waiting.get(call)?.(result);
    waiting.delete(call);
  };

  const lines = createInterface({ input: socket });
  // It passes the errors of the socket on, which the end of the socket tells as well.
  lines.on('error', () => undefined);
  lines.on('line', (line) => {
    // The keeper is ours: it writes what `ToShim` says.
    const frame = JSON.parse(line) as ToShim;
    if (frame.ev === 'tools') listed(frame.tools);
    else if (frame.ev === 'result') answer(frame.call, frame.result);
    else process.stderr.write(`the keeper refused a frame: ${frame.code}\n`);
  });
  const closed = new Promise<void>((done) => {
    socket.on('error', () => undefined);
    socket.once('close', () => {
      for (const call of waiting.keys()) answer(call, failure('the keeper has ended'));
      done();
    });
  });

  return {
    closed,
    list: () =>
      new Promise((done, fail) => {
        listed = done;
        void closed.then(() => fail(new Error('the keeper has ended')));
        send({ op: 'list' });
      }),
    call: (name, input) =>
      new Promise((done) => {
        const call = String((calls += 1));
        const frame = JSON.stringify({ op: 'call', call, name, arguments: input } satisfies FromShim);
        // The keeper cannot tell whose call it is that it does not read.
        if (Buffer.byteLength(frame) > longestShimFrame) {
          done(failure(`the arguments are longer than ${longestShimFrame} bytes: write them to a file`));
          return;
        }
        waiting.set(call, done);
        write(frame);
      }),
  };
}

/** A path that is too long for a socket is reached through its folder's descriptor, which stays open. */
function reachable(path: string): string {
  if (Buffer.byteLength(path) <= longestPath) return path;
  return join('/proc/self/fd', String(openSync(dirname(path), 'r')), basename(path));
}

function failure(text: string): ToolResult {
  return { content: [{ type: 'text', text }], isError: true };
}
