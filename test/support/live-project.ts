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
import type { EngineFile } from '../../src/config/engine-file.js';
import type { TaskStatus } from '../../src/domain/status.js';
import { taskWorkflowId } from '../../src/domain/task.js';
import { freePorts } from '../../src/worker/engine/ports.js';
import { decideUpdate, statusQuery } from '../../src/workflows/messages.js';

const cli = fileURLToPath(new URL('../../dist/continuo.js', import.meta.url));

/** What a test's project is made of, beside its defaults. */
export interface ProjectOptions {
  /** The front matter, without `project`, `tracker`, `workspace` and `repository`. */
  workflow: string;
  files?: Record<string, string>;
  /** Task files: identifier to body. */
  tasks?: Record<string, string>;
}

/**
 * A real repository with a real `continuo up` of the built program in front of it, in folders of
 * its own. `close` ends every process and removes everything.
 */
export class LiveProject {
  readonly name = `p${randomUUID().slice(0, 8)}`;
  readonly folder = mkdtempSync(join(tmpdir(), 'continuo-e2e-'));
  readonly repository = join(this.folder, 'repository');
  readonly data = join(this.folder, 'data');
  private up: ChildProcess | null = null;
  private output = '';
  private connection: Connection | null = null;

  constructor(options: ProjectOptions) {
    mkdirSync(this.repository, { recursive: true });
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
    return { ...Object.fromEntries(own), CONTINUO_DATA: this.data };
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
    await this.reservePorts();
    const up = spawn(process.execPath, [cli, 'up'], {
      cwd: this.repository,
      env: this.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.up = up;
    let ready = false;
    const take = (chunk: Buffer) => {
      this.output += chunk.toString();
      if (chunk.toString().includes('Next, in another terminal')) ready = true;
    };
    up.stdout.on('data', take);
    up.stderr.on('data', take);
    await this.until(`continuo up is ready`, () => {
      if (up.exitCode !== null) throw new Error(`continuo up ended with ${up.exitCode}:\n${this.output}`);
      return ready;
    });
  }

  /** The client of the project's engine; connects again where the server was replaced. */
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
    } catch {
      // Heard or not, the next look at the task tells.
    }
  }

  /** Kills a process as a crash does: at once, without a word. */
  async kill(victim: 'worker' | 'server' | 'both'): Promise<void> {
    const { pid } = this.engine().server!;
    if (victim !== 'worker') process.kill(pid, 'SIGKILL');
    if (victim !== 'server') {
      const up = this.up!;
      const ended = new Promise((resolve) => up.once('exit', resolve));
      up.kill('SIGKILL');
      await ended;
      this.up = null;
    }
    // Until it is gone it may still answer.
    if (victim !== 'worker') await this.until('the server is gone', () => !isAlive(pid));
  }

  isUp(): boolean {
    return this.up !== null && this.up.exitCode === null;
  }

  async until(what: string, done: () => boolean | Promise<boolean>, limitMs = 120_000): Promise<void> {
    const deadline = Date.now() + limitMs;
    while (!(await done())) {
      if (Date.now() > deadline) throw new Error(`never came: ${what}\n${this.output.slice(-4000)}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  /** Lines that the agent, checks or hooks of the test wrote down outside. */
  notes(name: string): string[] {
    const file = join(this.folder, name);
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').filter(Boolean) : [];
  }

  log(text: string): void {
    appendFileSync(join(this.folder, 'test.log'), `${text}\n`);
  }

  async close(): Promise<void> {
    await this.connection?.close();
    if (this.up !== null && this.up.exitCode === null) {
      const ended = new Promise((resolve) => this.up!.once('exit', resolve));
      this.up.kill('SIGTERM');
      await ended;
    } else {
      this.run('down');
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  private workflowFile(rest: string): string {
    return [
      '---',
      `project: { name: ${this.name} }`,
      'tracker: { kind: file, provider: { path: tasks } }',
      'polling: { interval_ms: 500 }',
      `workspace: { root: ${JSON.stringify(join(this.folder, 'workspaces'))} }`,
      'repository: { url: ., base: main }',
      rest.trim(),
      '---',
      'Work on {{ issue.identifier }}: {{ issue.title }}',
      '{{ issue.description }}',
      '',
    ].join('\n');
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
