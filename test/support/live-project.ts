import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import type { KeeperInfo } from '../../src/activities/keeper/list.js';
import { listKeepers } from '../../src/activities/keeper/list.js';
import type { EngineFile } from '../../src/config/engine-file.js';
import { dataPaths } from '../../src/config/paths.js';
import type { TaskStatus } from '../../src/domain/status.js';
import { taskWorkflowId } from '../../src/domain/task.js';
import { freePorts } from '../../src/worker/engine/ports.js';
import { decideUpdate, statusQuery } from '../../src/workflows/messages.js';
import type { RunningProcess } from './processes.js';
import { isAlive, processesWith, signal } from './processes.js';

/** The built program. */
export const cli = fileURLToPath(new URL('../../dist/continuo.js', import.meta.url));

/** What a test's project is made of, beside its defaults. */
export interface ProjectOptions {
  /**
   * The front matter, without `project`, `tracker`, `workspace` and `repository`; it may be made from the project's
   * folder, which holds the notes. Unless it has `containment`, agents and checks may write to that folder.
   */
  workflow: string | ((folder: string) => string);
  /** The folder of the notes inside the project's folder, where they are not in that itself. */
  notes?: string;
  /** `workspace.root`, where it is not in the project's folder. */
  workspaces?: string;
  /** The data directory, where it is not in the project's folder. */
  data?: string;
  files?: Record<string, string>;
  /** Task files: identifier to body. */
  tasks?: Record<string, string>;
  /** Lines of the front matter in place of those that say where issues and the repository are. */
  places?: string[];
  /** What `tracker.provider` has beside the path. */
  provider?: string;
  /** What `continuo up` is started with. */
  up?: (folder: string) => string[];
  /** Variables of the environment of everything that is started here. */
  env?: (folder: string) => Record<string, string>;
}

/**
 * A real repository with a real `continuo up` of the built program in front of it, in folders of
 * its own. `close` ends every process and removes everything.
 */
export class LiveProject {
  readonly name = `p${randomUUID().slice(0, 8)}`;
  readonly folder = mkdtempSync(join(tmpdir(), 'continuo-e2e-'));
  readonly repository = join(this.folder, 'repository');
  readonly data: string;
  /** The `TMPDIR` of everything that is started here. */
  readonly temporary = join(this.folder, 'tmp');
  private up: ChildProcess | null = null;
  private isReady = false;
  private output = '';
  private connection: Connection | null = null;
  /** Why the engine did not take an approval, the last time that it did not. */
  private refusal: unknown = null;

  constructor(private readonly options: ProjectOptions) {
    this.data = options.data ?? join(this.folder, 'data');
    mkdirSync(this.repository, { recursive: true });
    mkdirSync(this.temporary);
    this.git('init', '--quiet', '--initial-branch', 'main');
    this.git('config', 'user.name', 'Test');
    this.git('config', 'user.email', 'test@localhost');
    this.write('WORKFLOW.md', this.workflowFile(options.workflow));
    for (const [path, text] of Object.entries(options.files ?? {})) this.write(path, text);
    for (const [identifier, body] of Object.entries(options.tasks ?? {})) this.writeTask(identifier, body);
    this.commit('A project');
  }

  /** Ports of its own: a killed server leaves its ports for a moment, and other tests start servers too. */
  private async reservePorts(): Promise<void> {
    const folder = join(this.data, 'engine');
    if (existsSync(folder)) return;
    mkdirSync(folder, { recursive: true });
    const { grpc, ui } = await freePorts();
    const known = { address: `127.0.0.1:${grpc}`, namespace: 'default', uiUrl: `http://127.0.0.1:${ui}` };
    writeFileSync(join(folder, 'engine.json'), JSON.stringify({ ...known, server: null }));
  }

  get environment(): NodeJS.ProcessEnv {
    const own = Object.entries(process.env).filter(([name]) => !name.startsWith('TEMPORAL_'));
    return {
      ...Object.fromEntries(own),
      CONTINUO_DATA: this.data,
      TMPDIR: this.temporary,
      ...this.options.env?.(this.folder),
    };
  }

  git(...args: string[]): string {
    return execFileSync('git', ['-C', this.repository, ...args], { encoding: 'utf8' }).trim();
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.repository, path)), { recursive: true });
    writeFileSync(join(this.repository, path), text);
  }

  writeTask(identifier: string, body: string): void {
    this.write(`tasks/${identifier}.md`, `---\ntitle: Do ${identifier}\nstate: Todo\n---\n${body}\n`);
  }

  /** A hook of the person's own repository. */
  writeHook(name: string, script: string): void {
    const file = join(this.repository, '.git', 'hooks', name);
    writeFileSync(file, `#!/bin/bash\n${script}\n`);
    chmodSync(file, 0o755);
  }

  commit(message: string): void {
    this.git('add', '--all');
    this.git('commit', '--quiet', '--message', message);
  }

  /** Runs a command of the CLI to its end. */
  run(...args: string[]): { code: number; stdout: string; stderr: string } {
    const result = { code: 0, stdout: '', stderr: '' };
    try {
      result.stdout = execFileSync(process.execPath, [cli, ...args], {
        cwd: this.repository,
        env: this.environment,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    } catch (error) {
      const failed = error as { status: number; stdout: string; stderr: string };
      Object.assign(result, { code: failed.status, stdout: failed.stdout, stderr: failed.stderr });
    }
    return result;
  }

  /** Starts `continuo up` and waits until its workers are ready. */
  async start(): Promise<void> {
    const up = await this.launch();
    await this.until(`continuo up is ready`, () => {
      if (up.exitCode !== null) throw new Error(`continuo up ended with ${up.exitCode}:\n${this.output}`);
      return this.isReady;
    });
  }

  /** Starts `continuo up`, and does not wait. From now on it is the worker that `kill` and `stop` mean. */
  async launch(): Promise<ChildProcess> {
    await this.reservePorts();
    const up = spawn(process.execPath, [cli, 'up', ...(this.options.up?.(this.folder) ?? [])], {
      cwd: this.repository,
      env: this.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.up = up;
    this.isReady = false;
    const take = (chunk: Buffer) => {
      this.output += chunk.toString();
      if (this.up === up && chunk.toString().includes('Next, in another terminal')) this.isReady = true;
    };
    up.stdout.on('data', take);
    up.stderr.on('data', take);
    return up;
  }

  /** Ends `continuo up` as a deploy does, and returns what it said since it started last. */
  async stop(): Promise<string> {
    const from = this.output.length;
    await this.endUp('SIGTERM');
    return this.output.slice(from);
  }

  /** What every `continuo up` has said so far. */
  get said(): string {
    return this.output;
  }

  get upPid(): number {
    return this.up?.pid ?? 0;
  }

  /** The client of the project's engine. */
  async client(): Promise<Client> {
    this.connection ??= await Connection.connect({ address: this.engine().address });
    return new Client({ connection: this.connection });
  }

  engine(): EngineFile {
    return JSON.parse(readFileSync(join(this.data, 'engine', 'engine.json'), 'utf8')) as EngineFile;
  }

  /** Null while the task has not started, or while nobody answers. */
  async status(identifier: string): Promise<TaskStatus | null> {
    try {
      const client = await this.client();
      const handle = client.workflow.getHandle(taskWorkflowId(this.name, identifier));
      return await client.connection.withDeadline(Date.now() + 2_000, () => handle.query(statusQuery));
    } catch {
      return null;
    }
  }

  /** Approves what the task shows, as often as it takes for the engine to hear it. */
  async approve({ task, headSha, round }: TaskStatus): Promise<void> {
    try {
      const client = await this.client();
      const handle = client.workflow.getHandle(taskWorkflowId(this.name, task));
      const message = { id: `approve-${task}-${round}`, by: 'ann', verdict: 'approve' as const, note: '' };
      await client.connection.withDeadline(Date.now() + 3_000, () =>
        handle.executeUpdate(decideUpdate, { args: [{ ...message, sha: headSha!, round }] }),
      );
    } catch (error) {
      // Heard or not, the next look at the task tells.
      this.refusal = error;
    }
  }

  /** Kills a process as a crash does: at once, without a word. */
  async kill(victim: 'worker' | 'server' | 'both' | 'everything'): Promise<void> {
    const pid = this.engine().server?.pid ?? 0;
    if (victim === 'everything') for (const process of this.processes()) signal(process.pid, 'SIGKILL');
    if (victim !== 'worker' && pid > 0) signal(pid, 'SIGKILL');
    if (victim !== 'server') await this.endUp('SIGKILL');
    // Until it is gone it may still answer.
    if (victim !== 'worker' && pid > 0) await this.until('the server is gone', () => !isAlive(pid));
    if (victim !== 'worker') await this.disconnect();
  }

  /** A connection to a server that has gone tries again later and later. */
  private async disconnect(): Promise<void> {
    const { connection } = this;
    this.connection = null;
    await connection?.close();
  }

  private async endUp(how: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const { up } = this;
    this.up = null;
    if (up?.exitCode !== null || up.signalCode !== null) return;
    const ended = new Promise((resolve) => up.once('close', resolve));
    up.kill(how);
    await ended;
  }

  /** The agents, checks and hooks that run, by their keepers. */
  async programs(): Promise<KeeperInfo[]> {
    const all = await listKeepers(dataPaths(this.data).runs);
    return all.filter(({ state }) => state === 'running');
  }

  /** Whether something runs, and a worker attends to all that does. */
  async isAttended(): Promise<boolean> {
    const programs = await this.programs();
    return programs.length > 0 && programs.every(({ attached }) => attached === true);
  }

  /** Every process that has to do with this project. */
  processes(): RunningProcess[] {
    return processesWith(this.folder, this.data);
  }

  isUp(): boolean {
    return this.up !== null && this.up.exitCode === null && this.up.signalCode === null;
  }

  async until(what: string, done: () => boolean | Promise<boolean>, limitMs = 120_000): Promise<void> {
    const deadline = Date.now() + limitMs;
    while (!(await done())) {
      if (Date.now() > deadline) throw new Error(`never came: ${what}\n${await this.describe()}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  /** What there is to know of a test that came to a halt. */
  private async describe(): Promise<string> {
    const identifiers = Object.keys(this.options.tasks ?? {});
    const statuses = await Promise.all(identifiers.map((identifier) => this.status(identifier)));
    const lines = statuses.map((status, index) => {
      const { phase, waitsSince, waiting, headSha, round } = status ?? {};
      return JSON.stringify({ task: identifiers[index], phase, waitsSince, waiting, headSha, round });
    });
    return [...lines, `last refusal: ${String(this.refusal)}`, this.output.slice(-4000)].join('\n');
  }

  /** Lines that the agent, checks or hooks of the test wrote down outside. */
  notes(name: string): string[] {
    const file = join(this.folder, this.options.notes ?? '', name);
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').filter(Boolean) : [];
  }

  log(text: string): void {
    appendFileSync(join(this.folder, 'test.log'), `${text}\n`);
  }

  async close(): Promise<void> {
    await this.disconnect();
    // What a test has stopped would not hear.
    for (const { pid } of this.processes()) signal(pid, 'SIGCONT');
    this.run('down', '--agents');
    for (const { pid } of this.processes()) signal(pid, 'SIGKILL');
    await this.endUp('SIGKILL');
    await this.until('every process has ended', () => this.processes().length === 0, 10_000);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  private workflowFile(rest: ProjectOptions['workflow']): string {
    const own = typeof rest === 'string' ? rest : rest(this.folder);
    return [
      '---',
      `project: { name: ${this.name} }`,
      ...(this.options.places ?? [
        `tracker: { kind: file, provider: { path: tasks, ${this.options.provider ?? ''} } }`,
        'repository: { url: ., base: main }',
      ]),
      'polling: { interval_ms: 500 }',
      `workspace: { root: ${JSON.stringify(this.options.workspaces ?? join(this.folder, 'workspaces'))} }`,
      own.trim(),
      ...(own.includes('containment:')
        ? []
        : [`containment: { writable: [${JSON.stringify(this.folder)}] }`]),
      '---',
      'Work on {{ issue.identifier }}: {{ issue.title }}',
      '{{ issue.description }}',
      '',
    ].join('\n');
  }
}
