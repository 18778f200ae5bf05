import type { ChildProcess, ChildProcessWithoutNullStreams } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import type {
  Containment,
  ContainmentSettings,
  Level,
} from '../../../../src/activities/keeper/containment/containment.js';
import { ContainmentError, probeContainment } from '../../../../src/activities/keeper/containment/probe.js';
import { compile } from '../../../support/program.js';
import type { Job } from './keeper.js';

/** Who the worker is. */
export type User = 'root' | 'nobody' | 'current';

/** What is in each file at first. A shell may read some of them. */
export const untouched = '# untouched\n';

const nobody = 65_534;
/** On most machines everybody may open it; where only root may, a mount namespace has one of its own. */
const usualTun =
  '{ mount -t tmpfs tmpfs /dev/net && mknod -m 666 /dev/net/tun c 10 200; } 2>/dev/null; exec "$@"';
const programs: Promise<string> = compile('test/activities/keeper/containment/keeper.ts');
const nothing: ContainmentSettings = { writable: [], readable: [], host_ports: [] };

/** What a test does as a worker of this user. */
export interface Result {
  code: number | null;
  stdout: string;
  stderr: string;
}

/**
 * A machine in small: a person's home with a repository and a secret, a data directory with mirror and runs, two
 * workspaces, and a worker with something to hide and something that listens.
 */
export class World {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'continuo-contained-')));
  /** The decisions that the server on the host's loopback was asked for. */
  readonly decisions: string[] = [];
  port = 0;
  private readonly servers: Server[] = [];
  private readonly children: ChildProcess[] = [];
  private readonly more: string[] = [];

  constructor(private readonly user: User) {}

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  readonly workspace = this.path('workspaces', 'T-1');
  readonly temporary = this.path('data', 'runs', 'T-1', 'tmp');
  readonly keeperFolder = this.path('data', 'runs', 'T-1', 'keepers', 'turn-1', 'gen-0001');

  async open(): Promise<void> {
    for (const folder of [this.workspace, this.temporary, this.keeperFolder])
      mkdirSync(folder, { recursive: true });
    const files = [
      'home/.ssh/id',
      'home/.netrc',
      'home/.bashrc',
      'home/repository/.git/config',
      'home/repository/.git/hooks/x',
    ];
    const ours = [
      'mirrors/m.git/config',
      'mirrors/m.git/hooks/x',
      'runs/T-1/host.git/config',
      'runs/T-1/host.git/hooks/x',
    ];
    for (const file of [
      ...files,
      ...ours.map((name) => `data/${name}`),
      'workspaces/T-2/file',
      'lying-about',
    ])
      this.write(this.path(file));
    this.write(join(this.keeperFolder, 'journal.log'));
    execFileSync('git', ['init', '--quiet', this.workspace]);
    this.port = await this.listen(
      createHttpServer((request, response) => {
        this.decisions.push(request.url ?? '');
        response.end('decided');
      }),
      { host: '127.0.0.1', port: 0 },
    );
    await this.listen(greeter(), { path: join(this.keeperFolder, 'sock') });
    await this.listen(greeter(), { path: this.abstractSocket });
    this.giveAway();
    await this.start(['sleep', '1000'], { WORKER_SECRET: this.secret });
  }

  /** In the environment of the worker, and nowhere else. */
  get secret(): string {
    return `secret-of-${this.folder}`;
  }

  get abstractSocket(): string {
    return `\0${this.folder}`;
  }

  /** Also outside of the world's folder, such as in `/run`. */
  async listenAt(path: string): Promise<void> {
    this.more.push(path);
    await this.listen(greeter(), { path });
  }

  async listen(server: Server, at: { path: string } | { host: string; port: number }): Promise<number> {
    this.servers.push(server.listen(at));
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  /** Runs a script of bash in its containment, and waits for its end. */
  async run(script: string, settings: Partial<ContainmentSettings>, input = ''): Promise<Result> {
    const child = await this.keep(['bash', '--norc', '-c', script], settings);
    // A program may end before it has read anything; how it ended is what counts.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    const [stdout, stderr] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      child.exitCode ?? once(child, 'close'),
    ]);
    return { code: child.exitCode, stdout, stderr };
  }

  /** Starts a keeper with a program. */
  async keep(
    argv: string[],
    settings: Partial<ContainmentSettings>,
  ): Promise<ChildProcessWithoutNullStreams> {
    const job: Job = {
      argv,
      settings: { ...nothing, ...settings },
      env: { PATH: process.env.PATH ?? '', HOME: this.path('home'), TMPDIR: this.temporary },
      cwd: this.workspace,
      temporary: this.temporary,
      writable: [this.workspace],
      standIns: [],
      hidden: [this.path('data'), this.path('workspaces')],
      readable: [],
    };
    return this.start([process.execPath, await programs, JSON.stringify(job)], {});
  }

  /** Starts a program as the worker's user. */
  private async start(
    command: string[],
    env: Record<string, string>,
  ): Promise<ChildProcessWithoutNullStreams> {
    const [program = '', ...args] = [...this.asUser(), ...command];
    const child = spawn(program, args, { cwd: '/', env: { PATH: process.env.PATH, ...env } });
    this.children.push(child);
    await once(child, 'spawn');
    return child;
  }

  private asUser(): string[] {
    if (this.user !== 'nobody') return [];
    const asNobody = ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', '--'];
    return ['unshare', '--mount', '--', 'sh', '-c', usualTun, 'sh', ...asNobody];
  }

  private write(file: string): void {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, untouched);
  }

  private giveAway(): void {
    if (this.user !== 'nobody') return;
    const all = readdirSync(this.folder, { recursive: true, encoding: 'utf8' });
    for (const name of ['.', ...all]) chownSync(this.path(name), nobody, nobody);
    chmodSync(this.folder, 0o700);
  }

  close(): void {
    for (const child of this.children) child.kill('SIGKILL');
    for (const server of this.servers) server.close();
    for (const path of [this.folder, ...this.more]) rmSync(path, { recursive: true, force: true });
  }
}

function greeter(): Server {
  return createServer((socket) => socket.on('error', () => undefined).end('hello'));
}

/** The containment of a level for a user, or why this machine cannot give it. */
export async function attempt(level: Level, user: User): Promise<Containment | string> {
  const isRoot = process.getuid?.() === 0;
  if (user === 'current' ? isRoot : !isRoot) return `the tests run ${isRoot ? '' : 'not '}as root`;
  if (user === 'nobody') return attemptAsNobody(level);
  try {
    return await probeContainment({ ...nothing, level }, process.env);
  } catch (error) {
    if (error instanceof ContainmentError) return error.message;
    throw error;
  }
}

/** The probe has to run as that user: a keeper with nothing to do fails when there is no such level. */
async function attemptAsNobody(level: Level): Promise<Containment | string> {
  const world = new World('nobody');
  try {
    await world.open();
    const { code, stderr } = await world.run('true', { level });
    if (code !== 0) return stderr.trim();
    return {
      level,
      processes: level !== 'none',
      // The best form of the level: with bubblewrap, the data directory is out of sight.
      files: (await world.run(`test ! -e ${world.path('data', 'mirrors')}`, { level })).code === 0,
      network: level === 'strict',
      missing: [],
    };
  } finally {
    world.close();
  }
}
