import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { keeperFlags } from '../../../../src/activities/keeper/process/flags.js';
import { listProcesses } from '../../../../src/activities/keeper/processes.js';
import type {
  Claim,
  Exit,
  FromKeeper,
  FromShim,
  JournalRecord,
  KeeperSpec,
  ToKeeper,
  ToShim,
} from '../../../../src/activities/keeper/protocol.js';
import { files, protocolVersion } from '../../../../src/activities/keeper/protocol.js';
import { toolsSocket } from '../../../../src/activities/keeper/tools-socket.js';
import { parseOutput } from '../../../../src/activities/keeper/record-text.js';
import { compile } from '../../../support/program.js';

/** Makes a PID namespace for the program after it, which dies with the keeper. */
export const namespace = [
  ...['setpriv', '--pdeathsig', 'KILL', '--'],
  ...[
    'unshare',
    '--user',
    '--map-current-user',
    '--pid',
    '--fork',
    '--mount-proc',
    '--kill-child=SIGKILL',
    '--',
  ],
];

/** Whether this machine lets its users make namespaces. */
export const hasNamespaces = spawnSync(namespace[0] ?? '', [...namespace.slice(1), 'true']).status === 0;

/** A folder for the generations of one test, and what runs in them. */
export interface Rig {
  folder: string;
  /** Starts a keeper in a new generation, or in the one given. `prefix` runs it by another program. */
  start(spec: Partial<KeeperSpec>, options?: { generation?: string; prefix?: string[] }): KeptProgram;
  end(): Promise<void>;
}

export interface KeptProgram {
  folder: string;
  pid: number;
  /** The keeper's own exit code, or the signal that ended it. */
  over: Promise<number | NodeJS.Signals>;
  claim(): Promise<Extract<Claim, { kind: 'keeper' }>>;
  records(): JournalRecord[];
  exit(): Exit;
  log(): string;
  status(field: string): number;
  signal(signal: NodeJS.Signals): void;
  attach(epoch?: number): Promise<Client>;
  /** As `attach`, without saying anything. */
  connect(name?: 'sock' | 'tools'): Promise<Client>;
}

/** One connection; frames are taken in the order of their coming. */
export interface Client {
  socket: Socket;
  send(frame: ToKeeper | FromShim): void;
  /** The next frame with this `ev`; others are passed over. Rejects when the connection ends. */
  next<E extends Frame['ev']>(ev: E): Promise<Extract<Frame, { ev: E }>>;
  /** Writes a line, and returns what came back. */
  write(key: string, line: string): Promise<Extract<FromKeeper, { ev: 'ack' | 'error' }>>;
  closed: Promise<void>;
}
type Frame = FromKeeper | ToShim;

const program = compile('src/activities/keeper/process/main.ts');

export const owner: KeeperSpec['owner'] = {
  project: 'shop',
  identifier: 'SHOP-1',
  workflowId: 'task/shop/SHOP-1',
  workflowRun: 'run',
  kind: 'check',
  title: 'check test',
};

export const lines = { kind: 'lines', journalLimitBytes: 1 << 30 } as const;

export async function createRig(): Promise<Rig> {
  const file = await program;
  const folder = mkdtempSync(join(tmpdir(), 'keeper-test-'));
  const started: ChildProcess[] = [];

  return {
    folder,
    start(more, { generation = join(folder, `gen-${started.length + 1}`), prefix = [] } = {}) {
      mkdirSync(generation, { recursive: true, mode: 0o700 });
      const spec: KeeperSpec = {
        version: protocolVersion,
        owner,
        argv: ['true'],
        cwd: folder,
        env: { PATH: process.env.PATH ?? '' },
        cookie: `${folder}:${started.length}`,
        io: { kind: 'output', stdin: null, file: join(folder, 'output'), limitBytes: 1 << 20 },
        timeoutMs: null,
        leaseMs: 60_000,
        graceMs: 200,
        tools: [],
        fault: null,
        ...more,
      };
      const [command, ...args] = [...prefix, process.execPath, ...keeperFlags, file, generation];
      const child = spawn(command, args, {
        detached: true,
        cwd: '/',
        env: { PATH: process.env.PATH },
        stdio: ['pipe', 'ignore', 'pipe'],
      });
      started.push(child);
      return kept(child, generation, JSON.stringify(spec));
    },
    async end() {
      for (const child of started) child.kill('SIGKILL');
      await endAll(folder);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function kept(child: ChildProcess, folder: string, spec: string): KeptProgram {
  let log = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (log += text));
  child.stdin?.on('error', () => undefined).end(spec);
  const over = once(child, 'exit').then(([code, signal]: (number | NodeJS.Signals | null)[]) => {
    return code ?? signal ?? 0;
  });
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  const self: KeptProgram = {
    folder,
    pid: child.pid ?? 0,
    over,
    async claim() {
      await until(() => existsSync(join(folder, files.claim)));
      return JSON.parse(read(files.claim)) as Extract<Claim, { kind: 'keeper' }>;
    },
    records: () => (existsSync(join(folder, files.journal)) ? recordsOf(read(files.journal)) : []),
    exit: () => JSON.parse(read(files.exit)) as Exit,
    log: () => log,
    status(field) {
      const text = readOrNothing(`/proc/${child.pid ?? 0}/status`);
      return Number(new RegExp(`^${field}:\\s*(\\d+)`, 'm').exec(text)?.[1]);
    },
    signal: (signal) => void child.kill(signal),
    async connect(name = 'sock') {
      const path = name === 'tools' ? toolsSocket(folder) : join(folder, name);
      await until(() => existsSync(path));
      return createClient(path);
    },
    async attach(epoch) {
      const { id } = await self.claim();
      const client = await self.connect();
      client.send({ op: 'attach', version: protocolVersion, id, ...(epoch !== undefined && { epoch }) });
      return client;
    },
  };
  return self;
}

export function recordsOf(text: string): JournalRecord[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => parseOutput(line) ?? (JSON.parse(line) as JournalRecord));
}

async function createClient(path: string): Promise<Client> {
  const socket = connect(path);
  await once(socket, 'connect');
  const frames: Frame[] = [];
  let isClosed = false;
  let wake: () => void = () => undefined;
  socket.on('error', () => undefined);
  const reader = createInterface({ input: socket });
  reader.on('line', (line) => {
    frames.push(JSON.parse(line) as Frame);
    wake();
  });
  // It passes the errors of the socket on.
  reader.on('error', () => undefined);
  const closed = new Promise((done) => reader.once('close', done)).then(() => {
    isClosed = true;
    wake();
  });
  const take = async (isMeant: (frame: Frame) => boolean): Promise<Frame> => {
    for (;;) {
      for (let frame = frames.shift(); frame; frame = frames.shift()) if (isMeant(frame)) return frame;
      if (isClosed) throw new Error('the connection has ended');
      await new Promise<void>((done) => (wake = done));
    }
  };
  const client: Client = {
    socket,
    closed,
    send: (frame) => void socket.write(`${JSON.stringify(frame)}\n`),
    next: (ev) => take((frame) => frame.ev === ev) as Promise<never>,
    write(key, line) {
      client.send({ op: 'write', key, line });
      return take((frame) => 'key' in frame && frame.key === key) as Promise<never>;
    },
  };
  return client;
}

export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(10);
}

/** The processes of a rig's programs. */
export async function withCookie(folder: string): Promise<number[]> {
  const all = await listProcesses();
  return all
    .map(({ pid }) => pid)
    .filter((pid) => readOrNothing(`/proc/${pid}/environ`).includes(`CONTINUO_PROGRAM=${folder}:`));
}

function readOrNothing(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

async function endAll(folder: string): Promise<void> {
  await until(async () => {
    const left = await withCookie(folder);
    for (const pid of left) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended meanwhile.
      }
    }
    return left.length === 0;
  });
}

/** Alive and no zombie. */
export async function lives(pid: number): Promise<boolean> {
  return (await listProcesses()).some((found) => found.pid === pid);
}
