import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clearTimeout } from 'node:timers';
import { Client, Connection } from '@temporalio/client';
import { makeRepository, workflowFile } from './repository.mjs';

const startLimitMs = 120_000;
const stopLimitMs = 30_000;

/** A project of its own with the product in front of it: `continuo up` on an engine and folders of its own. */
export class Lab {
  project = 'bench';
  #up = null;

  /**
   * Options: `program` is the command line's file, `intervalMs` how often the tracker is looked at, `files`
   * goes into the repository, and `preload` is a module that Node loads before the program. `address` is that of a
   * server; without it the lab has its own. `before`, `agents` and `sections` are as
   * `workflowFile` has them.
   */
  static async open(scope, { program, intervalMs = 30_000, files = {}, preload = null, ...options }) {
    const { env = {}, address = null, before = null, agents, sections } = options;
    const lab = new Lab();
    lab.folder = scope.folder();
    lab.repository = join(lab.folder, 'repository');
    lab.data = join(lab.folder, 'data');
    lab.program = program;
    lab.env = { ...lab.#environment(env), ...(address !== null && { TEMPORAL_ADDRESS: address }) };
    lab.address = address;
    lab.preload = preload;
    mkdirSync(lab.env.TMPDIR);
    const workspaces = join(lab.folder, 'workspaces');
    makeRepository(lab.repository, {
      'WORKFLOW.md': workflowFile({ project: lab.project, workspaces, intervalMs, before, agents, sections }),
      'README.md': 'A project\n',
      ...files,
    });
    scope.defer(() => lab.#close());
    await lab.start();
    lab.address ??= JSON.parse(readFileSync(join(lab.data, 'engine/engine.json'), 'utf8')).address;
    lab.connection = await Connection.connect({ address: lab.address });
    return lab;
  }

  get client() {
    return new Client({ connection: this.connection });
  }

  /** Starts a task as `continuo start <prompt>` does; its result comes when it has landed. */
  startTask(identifier) {
    return this.client.workflow.start('task', this.taskOptions(issueOf(identifier)));
  }

  taskOptions(issue) {
    return {
      workflowId: `task/${this.project}/${issue.identifier}`,
      taskQueue: 'continuo',
      args: [{ project: this.project, issue, grant: null, forced: true, state: null }],
    };
  }

  /** Of `continuo up`. */
  get pid() {
    return this.#up.pid;
  }

  /** Throws unless the task has landed. */
  async landTask(identifier) {
    const handle = await this.startTask(identifier);
    await this.landed(handle, identifier);
  }

  async landed(handle, identifier) {
    const { outcome, landedSha } = await handle.result();
    if (landedSha === null) throw new Error(`${identifier} ended as ${outcome} and did not land`);
  }

  #environment(env) {
    const own = Object.entries(process.env).filter(([name]) => !/^(TEMPORAL|CONTINUO)_/.test(name));
    const cache = process.env.CONTINUO_CACHE;
    return {
      ...Object.fromEntries(own),
      ...env,
      ...(cache !== undefined && { CONTINUO_CACHE: cache }),
      CONTINUO_DATA: this.data,
      CONTINUO_HOST: 'bench',
      TMPDIR: join(this.folder, 'tmp'),
    };
  }

  /** Starts `continuo up`; settles when it works. */
  async start() {
    const args = [...(this.preload === null ? [] : ['--import', this.preload]), this.program, 'up'];
    const up = spawn(process.execPath, args, {
      cwd: this.repository,
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // Ctrl-C reaches the bench alone, which ends everything in order.
      detached: true,
    });
    this.#up = up;
    let output = '';
    up.stderr.on('data', (chunk) => (output += chunk));
    await new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`continuo up takes too long:\n${output}`)),
        startLimitMs,
      );
      up.stdout.on('data', (chunk) => {
        output += chunk;
        if (!output.includes('Next, in another terminal')) return;
        clearTimeout(timer);
        resolve();
      });
      up.once('exit', (code) => reject(new Error(`continuo up ended with ${code}:\n${output}`)));
    });
  }

  /** Ends `continuo up` by a signal, and waits until it is gone. */
  async stop(signal) {
    if (this.#up === null || this.#up.exitCode !== null || this.#up.signalCode !== null) return;
    if (signal === 'SIGTERM') return endProcess(this.#up, stopLimitMs);
    const ended = new Promise((resolve) => this.#up.once('exit', resolve));
    this.#up.kill(signal);
    await ended;
  }

  async #close() {
    await this.connection?.close();
    await this.stop('SIGTERM');
    // Agents that go on, and what a process that had to be killed has left.
    const down = spawn(process.execPath, [this.program, 'down', '--agents'], {
      cwd: this.repository,
      env: this.env,
      stdio: 'ignore',
    });
    await new Promise((resolve) => down.once('exit', resolve));
  }
}

/** Ends a child politely, and by force when that takes too long. */
export async function endProcess(child, limitMs) {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
  await ended;
  clearTimeout(timer);
}

/** As a prompt makes it. */
export function issueOf(identifier) {
  const now = new Date().toISOString();
  return {
    id: identifier,
    native_ref: null,
    identifier,
    title: `Note ${identifier}`,
    description: `Write a note on ${identifier}.`,
    priority: null,
    state: 'Todo',
    branch_name: null,
    url: null,
    assignee_id: null,
    labels: [],
    blocked_by: [],
    dispatchable: true,
    created_at: now,
    updated_at: now,
    scope: [],
    acceptance: [],
    source: 'prompt',
  };
}
