import { createServer } from 'node:net';
import type { EngineFile } from '../../config/engine-file.js';

/** The ports of one server. */
export interface Ports {
  grpc: number;
  ui: number;
}

export const host = '127.0.0.1';

/** Temporal's usual ports, which its tools use by themselves. */
const usual: Ports = { grpc: 7233, ui: 8233 };

/** The last used ports where they are free, else the usual ones, else any. */
export async function choosePorts(last: EngineFile | null): Promise<Ports> {
  for (const ports of last === null ? [usual] : [portsOf(last), usual]) {
    if ((await isFree(ports.grpc)) && (await isFree(ports.ui))) return ports;
  }
  return freePorts();
}

export function portsOf({ address, uiUrl }: EngineFile): Ports {
  return { grpc: Number(address.split(':').at(-1)), ui: Number(new URL(uiUrl).port) };
}

export async function freePorts(): Promise<Ports> {
  const [grpc, ui] = await Promise.all([listenOn(0), listenOn(0)]);
  if (grpc === null || ui === null) throw new Error(`no free port on ${host}`);
  return { grpc, ui };
}

async function isFree(port: number): Promise<boolean> {
  return (await listenOn(port)) !== null;
}

/** Listens for a moment and returns the port; null when it is taken. */
function listenOn(port: number): Promise<number | null> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(null));
    server.listen(port, host, () => {
      const address = server.address();
      const taken = typeof address === 'object' && address !== null ? address.port : null;
      server.close(() => done(taken));
    });
  });
}
