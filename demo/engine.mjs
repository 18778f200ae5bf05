// The demo's own `continuo up`, with a database of its own, and what it says of the tasks.
import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';

const startMs = 120_000;

export class Engine {
  #options;
  #process = null;
  #connection = null;
  #client = null;

  constructor(options) {
    this.#options = options;
  }

  /** Starts `continuo up` and waits until its workers are ready. Returns the address of the Temporal UI. */
  async start() {
    const { cli, repository, data } = this.#options;
    this.#process = spawn(process.execPath, [cli, 'up'], {
      cwd: repository,
      env: this.#environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      // Ctrl-C reaches the demo alone, which stops the engine in order.
      detached: true,
    });
    let output = '';
    this.#process.stderr.on('data', (chunk) => (output += chunk));
    await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`continuo up takes too long:\n${output}`)), startMs);
      timer.unref();
      this.#process.stdout.on('data', (chunk) => {
        output += chunk;
        if (output.includes('Next, in another terminal')) resolve();
      });
      this.#process.once('exit', (code) => reject(new Error(`continuo up ended with ${code}:\n${output}`)));
    });
    const { address, uiUrl } = JSON.parse(readFileSync(join(data, 'engine', 'engine.json'), 'utf8'));
    this.#connection = await Connection.connect({ address });
    this.#client = new Client({ connection: this.#connection });
    return { uiUrl };
  }

  isRunning() {
    return this.#process !== null && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** The status of each task that has started. */
  async statuses(tasks) {
    const found = await Promise.all(
      tasks.map((task) =>
        this.#client.workflow
          .getHandle(`task/demo/${task}`)
          .query('status')
          .catch(() => null),
      ),
    );
    return found.filter((status) => status !== null);
  }

  /** Runs a command of the CLI as a person would in another terminal; returns what it prints. */
  async command(...args) {
    const { cli, repository } = this.#options;
    const { stdout } = await promisify(execFile)(process.execPath, [cli, ...args], {
      cwd: repository,
      env: this.#environment(),
    });
    return stdout;
  }

  /** What a person types before a command to reach this engine. */
  get prefix() {
    const { cli, repository, data } = this.#options;
    return `cd ${repository} && CONTINUO_DATA=${data} node ${cli}`;
  }

  async stop() {
    await this.#connection?.close();
    this.#connection = null;
    if (!this.isRunning()) return;
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGTERM');
    await ended;
  }

  /** The demo has an engine of its own, whatever server the environment names. */
  #environment() {
    const own = Object.entries(process.env).filter(([name]) => !name.startsWith('TEMPORAL_'));
    const { data, environment } = this.#options;
    return { ...Object.fromEntries(own), ...environment, CONTINUO_DATA: data };
  }
}
