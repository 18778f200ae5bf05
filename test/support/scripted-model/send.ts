import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Body, Dialect, ServerSentEvent } from './dialect.js';
import type { Reply } from './script.js';

/** Sends a reply in a dialect, or breaks off as the reply wants it. */
export async function send(
  reply: Reply,
  dialect: Dialect,
  body: Body,
  response: ServerResponse,
): Promise<void> {
  await reply.after;
  if (reply.delayMs > 0) await pause(reply.delayMs);
  if (response.destroyed) return;
  const { headers } = reply;
  if (reply.kind === 'error') {
    sendJson(response, reply.status, dialect.error(reply.status, reply.fault, reply.details), headers);
    return;
  }
  if (reply.kind === 'answer' && dialect.whole !== undefined && body.stream !== true) {
    sendJson(response, 200, dialect.whole(reply.answer, body), headers);
    return;
  }
  if (reply.kind === 'disconnect' && reply.moment === 'before') {
    response.destroy();
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', ...headers });
  response.flushHeaders();
  if (reply.kind === 'hang') return;
  const { content, closing } = dialect.stream(reply.answer, body);
  switch (reply.kind) {
    case 'answer':
      response.end([...content, ...closing].map(format).join(''));
      return;
    case 'lateError':
      response.end([...content, dialect.lateError(reply.fault)].map(format).join(''));
      return;
    case 'disconnect': {
      const events = reply.moment === 'middle' ? content.slice(0, Math.ceil(content.length / 2)) : content;
      // What was sent has to arrive before the connection breaks.
      response.write(events.map(format).join(''), () => response.destroy());
    }
  }
}

/** Sends a whole answer. */
export function sendJson(response: ServerResponse, status: number, body: object, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

function format({ event, data }: ServerSentEvent): string {
  const name = event === undefined ? '' : `event: ${event}\n`;
  return `${name}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
}
