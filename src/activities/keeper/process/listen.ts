import { once } from 'node:events';
import { chmodSync, renameSync, rmSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { basename } from 'node:path';

/**
 * Listens for the own user alone: in the working directory first, because a socket's whole path may have 107 bytes
 * only, and then by rename where it is to be, on the same disk. It appears once somebody listens there, and goes when the server closes. More connections than
 * `mostConnections` are dropped: each may hold a line in memory. Rejects when it cannot be made.
 */
export async function listen(
  path: string,
  mostConnections: number,
  connected: (socket: Socket) => void,
): Promise<Server> {
  const server = createServer(connected);
  server.maxConnections = mostConnections;
  const draft = `${basename(path)}.draft`;
  server.listen(draft);
  await once(server, 'listening');
  chmodSync(draft, 0o600);
  clear(path);
  renameSync(draft, path);
  server.once('close', () => clear(path));
  // A connection that cannot be taken, for want of descriptors, is no reason to end.
  server.on('error', () => undefined);
  return server;
}

/** A program that can write there may have put anything in its place. */
function clear(path: string): void {
  rmSync(path, { recursive: true, force: true });
}
