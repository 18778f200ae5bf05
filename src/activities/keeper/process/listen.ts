import { once } from 'node:events';
import { chmodSync, renameSync, rmSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { createServer } from 'node:net';

/**
 * Listens in the working directory, for the own user alone: a socket's whole path may have 107 bytes only, so the
 * name is relative. It appears once somebody listens there, and goes when the server closes. More connections than
 * `mostConnections` are dropped: each may hold a line in memory. Rejects when it cannot be made.
 */
export async function listen(
  name: string,
  mostConnections: number,
  connected: (socket: Socket) => void,
): Promise<Server> {
  const server = createServer(connected);
  server.maxConnections = mostConnections;
  const draft = `${name}.draft`;
  server.listen(draft);
  await once(server, 'listening');
  chmodSync(draft, 0o600);
  renameSync(draft, name);
  server.once('close', () => rmSync(name, { force: true }));
  // A connection that cannot be taken, for want of descriptors, is no reason to end.
  server.on('error', () => undefined);
  return server;
}
