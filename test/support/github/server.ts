import { createHash } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Asked, Reply } from './exchange.js';
import { empty } from './exchange.js';
import type { Fault, Faults } from './faults.js';
import { replyOf } from './faults.js';

/** A request and how it was answered; `path` has no query, and begins after the API's prefix. */
export interface HttpCall {
  method: string;
  path: string;
  query: string;
  body: string;
  login: string | null;
  /** Null while it is not answered, and when it never is. */
  status: number | null;
}

export interface Desk {
  faults: Faults;
  calls: HttpCall[];
  answer: (asked: Asked, call: HttpCall) => Promise<Reply>;
}

const prefix = '/api/v3';

/** An HTTP server on loopback that keeps its calls and meets its faults. */
export async function listen(desk: Desk): Promise<{ origin: string; close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    serve(desk, request, response).catch((error: unknown) => {
      if (request.destroyed && response.destroyed) return;
      // A mistake in the fake itself: the test that meets it must see which.
      response.writeHead(500, { 'content-type': 'text/plain' }).end(String((error as Error).stack));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, close: () => close(server) };
}

async function close(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}

async function serve(desk: Desk, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const asked = await read(request);
  const call: HttpCall = {
    method: asked.method,
    path: asked.path,
    query: asked.query.toString(),
    body: asked.body.toString(),
    login: null,
    status: null,
  };
  desk.calls.push(call);
  const fault = desk.faults.take(asked);
  if (fault !== null) await wait(fault);
  if (fault?.isAfter !== true && isSilent(fault)) {
    fall(fault, request);
    return;
  }
  const planned = fault === null ? null : replyOf(fault);
  const reply = planned === null || fault?.isAfter === true ? await desk.answer(asked, call) : planned;
  if (isSilent(fault)) {
    fall(fault, request);
    return;
  }
  send(asked, planned ?? reply, fault, call, response);
}

async function wait({ until, delayMs }: Fault): Promise<void> {
  await until;
  if (delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, delayMs));
}

function isSilent(fault: Fault | null): fault is Fault {
  return fault !== null && (fault.reset === true || fault.hang === true);
}

function fall(fault: Fault, request: IncomingMessage): void {
  if (fault.reset === true) request.socket.destroy();
}

function send(
  asked: Asked,
  reply: Reply,
  fault: Fault | null,
  call: HttpCall,
  response: ServerResponse,
): void {
  const body = Buffer.from(reply.body);
  call.status = reply.status;
  response.writeHead(reply.status, { ...reply.headers, 'content-length': body.length });
  if (fault?.truncate === true) {
    response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
    return;
  }
  response.end(asked.method === 'HEAD' ? undefined : body);
}

async function read(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const isApi = pathname.startsWith(`${prefix}/`);
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
  return {
    method: request.method ?? 'GET',
    place: isApi ? 'api' : 'web',
    path: isApi ? pathname.slice(prefix.length) : pathname,
    query: searchParams,
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: Buffer.concat(chunks),
  };
}

/** The reply with its tag, or 304 when the asker has it already. */
export function conditional(asked: Asked, reply: Reply): Reply {
  if (asked.method !== 'GET' || reply.status !== 200) return reply;
  const etag = `W/"${createHash('sha256').update(reply.body).digest('hex')}"`;
  const headers = { ...reply.headers, etag };
  if (asked.headers['if-none-match'] !== etag) return { ...reply, headers };
  const { link } = reply.headers;
  return empty(304, { etag, ...(link === undefined ? {} : { link }) });
}
