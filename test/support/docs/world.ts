import type { ChildProcess } from 'node:child_process';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { WorkflowClient } from '@temporalio/client';
import { Client, Connection } from '@temporalio/client';
import { dataPaths } from '../../../src/config/paths.js';
import type { TaskStatus } from '../../../src/domain/status.js';
import { taskWorkflowId } from '../../../src/domain/task.js';
import { findProgram } from '../../../src/worker/engine/binary.js';
import { temporal } from '../../../src/worker/engine/programs.js';
import { killServer } from '../../../src/worker/engine/stop.js';
import { statusQuery } from '../../../src/workflows/messages.js';
import { projectAttribute, waitingForAttribute } from '../../../src/workflows/search-attributes.js';
import { programPath, runInProcess } from '../../client/support/program.js';
import { render } from './shell.js';
import type { Part } from './shell.js';

/** What a command line did. */
export interface Run {
  exitCode: number | null;
  output: string;
}

/** Notes something down; a prompt that asks for a failure gets one. */
const agent = `#!/usr/bin/env bash
prompt=$(cat)
if [[ $prompt == *'must fail'* ]]; then echo 'cannot do that'; exit 1; fi
mkdir -p notes
echo "$CONTINUO_TASK, round $CONTINUO_ROUND" > "notes/$CONTINUO_TASK.txt"
echo "Note $CONTINUO_TASK"
`;

const project = 'shop';

/**
 * A repository called `shop` with the real program beside it, as the reader of the documents has
 * it: nothing is set up or running before a documented command has done so, or needs it.
 */
export class World {
  readonly #folder: string;
  readonly #env: Record<string, string>;
  #up: ChildProcess | null = null;
  #isSetUp = false;
  #count = 0;
  #closed: Promise<TaskStatus> | null = null;
  #toDecide: string | null = null;
  /** Tasks that stand for the ones in the documents: nobody else decides about them. */
  readonly #prepared = new Set<string>();

  private constructor(folder: string) {
    this.#folder = folder;
    this.#env = {
      PATH: `${join(folder, 'bin')}:${process.env.PATH ?? ''}`,
      HOME: join(folder, 'home'),
      CONTINUO_DATA: join(folder, 'data'),
      CONTINUO_BY: 'ann',
    };
  }

  static async open(): Promise<World> {
    const folder = await mkdtemp(join(tmpdir(), 'continuo-docs-'));
    const world = new World(folder);
    try {
      await world.#furnish();
      return world;
    } catch (error) {
      await world.close();
      throw error;
    }
  }

  async #furnish(): Promise<void> {
    const engine = await findProgram(temporal, process.env, (line) => process.stderr.write(`${line}\n`));
    await mkdir(join(this.#folder, 'home'));
    await this.#write('bin/continuo', `#!/bin/sh\nexec '${process.execPath}' '${programPath}' "$@"\n`);
    await this.#write('bin/temporal', `#!/bin/sh\nexec '${engine.path}' "$@"\n`);
    await this.#write('bin/note-agent', agent);
    for (const name of ['continuo', 'temporal', 'note-agent'])
      await chmod(join(this.#folder, 'bin', name), 0o755);
    await this.#git('config', '--global', 'user.name', 'Ann');
    await this.#git('config', '--global', 'user.email', 'ann@localhost');
    await this.#makeRepository(this.repository);
  }

  /** By its path: the profile of a login shell may set another `PATH`. */
  get #agent(): string {
    return join(this.#folder, 'bin', 'note-agent');
  }

  get repository(): string {
    return join(this.#folder, project);
  }

  async close(): Promise<void> {
    await this.stop();
    await killServer(dataPaths(join(this.#folder, 'data')));
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }

  /** Runs a command line by bash in the repository. */
  async run(parts: readonly Part[], cwd = this.repository): Promise<Run> {
    const child = this.#spawn(parts, cwd);
    const output = collect(child);
    const [exitCode] = (await once(child, 'close')) as [number | null];
    return { exitCode, output: output() };
  }

  /** Runs a command line that waits for tasks to land, and decides about those meanwhile. */
  async runApproving(parts: readonly Part[]): Promise<Run> {
    const ended = new AbortController();
    // A decision shows in the list of tasks a moment later.
    const decided = new Set(this.#prepared);
    const running = this.run(parts).finally(() => ended.abort());
    while (!ended.signal.aborted) {
      for (const task of await this.#undecided()) {
        if (decided.has(task)) continue;
        await this.#continuo('approve', task);
        decided.add(task);
      }
      await Promise.race([running, pause(300)]);
    }
    return running;
  }

  /** `continuo init` needs a terminal, and writes what the documents' reader would have looked up. */
  async init(part: Part): Promise<Run> {
    const folder = this.#isSetUp ? join(this.#folder, `repository-${this.#next()}`) : this.repository;
    if (this.#isSetUp) await this.#makeRepository(folder);
    const shows = part.words.includes('--print');
    const given = (name: string) => part.words.includes(name);
    const added = [
      ...(given('--yes') || shows ? [] : ['--yes']),
      ...(given('--agent-command') ? [] : ['--agent-command', this.#agent]),
      ...(given('--check') ? [] : ['--check', 'test -d notes']),
    ];
    const run = await this.run([{ ...part, words: [...part.words, ...added] }], folder);
    if (folder === this.repository && !shows) this.#isSetUp = true;
    return run;
  }

  /** Makes sure that there is a committed workflow file and that everything runs. */
  async ensureUp(): Promise<void> {
    if (this.#up?.exitCode === null) return;
    await this.#setUp();
    await this.startUp({ assignments: [], words: ['continuo', 'up'], operator: '' });
  }

  /** Runs the documented `continuo up` until its workers are ready; it goes on running. */
  async startUp(part: Part): Promise<void> {
    await this.stop();
    await this.#setUp();
    this.#up = this.#spawn([part], this.repository);
    await told(this.#up, 'Next, in another terminal');
  }

  /** Runs the documented `continuo up --detach`, and ends what it has started. */
  async runDetached(part: Part): Promise<Run> {
    await this.stop();
    await this.#setUp();
    try {
      return await this.run([part]);
    } finally {
      await this.#continuo('down');
    }
  }

  /** Runs a `continuo worker` until it works, and ends it. */
  async runWorker(part: Part): Promise<Run> {
    await this.ensureUp();
    const assignments: Part['assignments'] = [
      ['CONTINUO_DATA', join(this.#folder, `data-${this.#next()}`)],
      ['CONTINUO_HOST', 'another'],
      ['TEMPORAL_ADDRESS', await this.address()],
    ];
    const child = this.#spawn([{ ...part, assignments }], this.repository);
    const output = collect(child);
    await told(child, 'Continuo works as host another');
    await end(child);
    return { exitCode: child.exitCode, output: output() };
  }

  /** Runs a `continuo up` of several workflow files until it works, each for a project of its own, and ends it. */
  async runSeveral(part: Part): Promise<Run> {
    await this.ensureUp();
    const folder = join(this.#folder, `several-${this.#next()}`);
    await mkdir(folder);
    for (const file of part.words.filter(isWorkflowFile)) {
      const repository = join(folder, dirname(file));
      await this.#makeRepository(repository);
      const name = `several-${this.#next()}`;
      await writeFile(
        join(folder, file),
        `---\nproject: { name: ${name} }\ntracker: { kind: file }\nrepository: { url: ., base: main }\n` +
          `agent: { kind: command }\ncommand: { run: 'true' }\nland: {}\n---\nDo it.\n`,
      );
    }
    const assignments: Part['assignments'] = [
      ['CONTINUO_DATA', ''],
      ['XDG_STATE_HOME', join(folder, 'state')],
      ['TEMPORAL_ADDRESS', await this.address()],
    ];
    const child = this.#spawn([{ ...part, assignments }], folder);
    const output = collect(child);
    await told(child, 'Next, in another terminal');
    await end(child);
    return { exitCode: child.exitCode, output: output() };
  }

  isUp(): boolean {
    return this.#up?.exitCode === null;
  }

  async stop(): Promise<void> {
    if (this.#up !== null) await end(this.#up);
    this.#up = null;
  }

  /** Where the engine is. */
  async address(): Promise<string> {
    const file = await readFile(join(this.#folder, 'data', 'engine', 'engine.json'), 'utf8');
    return (JSON.parse(file) as { address: string }).address;
  }

  /** A task whose change waits for a person: the last one, where a command has left it so. */
  async taskToDecide(): Promise<TaskStatus> {
    await this.ensureUp();
    const waits = ({ waiting }: TaskStatus) => waiting?.kind === 'decision';
    const last = this.#toDecide === null ? null : await this.#until(this.#toDecide, () => true);
    if (last !== null && waits(last) && last.pausedBy === null) return last;
    this.#toDecide = await this.#start('Write a note');
    return this.#until(this.#toDecide, waits);
  }

  /** A task whose agent has failed, and that waits to try again. */
  async taskToRetry(): Promise<TaskStatus> {
    const task = await this.#start('This must fail');
    return this.#until(task, ({ waiting }) => waiting?.kind === 'backoff');
  }

  async pausedTask(): Promise<TaskStatus> {
    const { task } = await this.taskToDecide();
    await this.#continuo('pause', task);
    return this.#until(task, (status) => status.history.some(({ note }) => note.startsWith('paused')));
  }

  /** One to look at; its files stay. */
  closedTask(): Promise<TaskStatus> {
    this.#closed ??= (async () => {
      const { task } = await this.taskToDecide();
      await this.#continuo('cancel', task);
      return this.#until(task, ({ phase }) => phase === 'cancelled');
    })();
    return this.#closed;
  }

  /** An identifier that nothing has yet. */
  newName(): string {
    return `docs-${this.#next()}`;
  }

  /** Commits a task file in a state in which nobody works on it by itself. */
  async commitTaskFile(identifier: string): Promise<void> {
    await this.#setUp();
    await this.writeFile(
      `tasks/${identifier}.md`,
      '---\ntitle: Write a note\nstate: Backlog\n---\nWrite it.\n',
    );
    await this.#git('-C', this.repository, 'add', 'tasks');
    await this.#git('-C', this.repository, 'commit', '--quiet', '--message', `Add ${identifier}`);
  }

  async writeFile(path: string, text: string): Promise<void> {
    await this.#write(join(project, path), text);
  }

  /** Takes back what commands have changed in the files of the repository. */
  async tidy(): Promise<void> {
    await this.#git('-C', this.repository, 'reset', '--quiet', '--hard');
    await this.#git('-C', this.repository, 'clean', '--quiet', '-d', '--force');
  }

  async #setUp(): Promise<void> {
    if (!this.#isSetUp) await this.init({ assignments: [], words: ['continuo', 'init'], operator: '' });
    await this.#git('-C', this.repository, 'add', '--all');
    await this.#git('-C', this.repository, 'commit', '--quiet', '--allow-empty', '--message', 'As it is');
  }

  async #makeRepository(folder: string): Promise<void> {
    await mkdir(folder);
    await writeFile(join(folder, 'README.md'), '# Shop\n');
    await this.#git('-C', folder, 'init', '--quiet', '--initial-branch', 'main');
    await this.#git('-C', folder, 'add', '--all');
    await this.#git('-C', folder, 'commit', '--quiet', '--message', 'Begin');
  }

  async #start(prompt: string): Promise<string> {
    await this.ensureUp();
    const task = this.newName();
    this.#prepared.add(task);
    await this.#continuo('start', prompt, '--id', task);
    return task;
  }

  #until(task: string, wanted: (status: TaskStatus) => boolean): Promise<TaskStatus> {
    return this.#ask(async (client) => {
      const handle = client.getHandle(taskWorkflowId(project, task));
      for (;;) {
        const status = await handle.query(statusQuery);
        if (wanted(status)) return status;
        const isOver = ['done', 'failed', 'cancelled', 'rejected'].includes(status.phase);
        if (isOver || status.lastError !== null) {
          throw new Error(
            `${task} ended as ${status.phase}: ${JSON.stringify(status.lastError ?? status.history)}`,
          );
        }
        await pause(100);
      }
    });
  }

  /** The tasks that wait for a decision. */
  #undecided(): Promise<string[]> {
    return this.#ask(async (client) => {
      const waiting = `${projectAttribute.name} = '${project}' AND ${waitingForAttribute.name} = 'decision'`;
      const found: string[] = [];
      for await (const { workflowId } of client.list({ query: `${waiting} AND ExecutionStatus = 'Running'` }))
        found.push(workflowId.slice(taskWorkflowId(project, '').length));
      return found;
    });
  }

  /** Asks the server itself: starting a program for every look takes longer than most tasks. */
  async #ask<T>(ask: (client: WorkflowClient) => Promise<T>): Promise<T> {
    const connection = await Connection.connect({ address: await this.address() });
    try {
      return await ask(new Client({ connection }).workflow);
    } finally {
      await connection.close();
    }
  }

  /** A command that makes ready what a documented one needs. */
  async #continuo(...args: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await runInProcess(args, { cwd: this.repository, env: this.#env });
    if (exitCode !== 0) throw new Error(`continuo ${args.join(' ')} ended with ${exitCode}: ${stderr}`);
    return stdout;
  }

  async #git(...args: string[]): Promise<void> {
    await promisify(execFile)('git', args, { env: this.#env });
  }

  async #write(path: string, text: string): Promise<void> {
    const file = join(this.#folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }

  #spawn(parts: readonly Part[], cwd: string): ChildProcess {
    const line = `set -o pipefail; ${parts.length === 1 ? 'exec ' : ''}`;
    // An assignment cannot stand after `exec`.
    const [only] = parts;
    const env = parts.length === 1 ? Object.fromEntries(only?.assignments ?? []) : {};
    const plain = parts.length === 1 ? parts.map((part) => ({ ...part, assignments: [] })) : parts;
    return spawn('bash', ['-c', line + render(plain)], {
      cwd,
      env: { ...this.#env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  #next(): number {
    this.#count += 1;
    return this.#count;
  }
}

function collect(child: ChildProcess): () => string {
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return () => output;
}

/** Waits until a program has said this. Throws with its output when it ends before. */
async function told(child: ChildProcess, text: string): Promise<void> {
  const output = collect(child);
  const closed = once(child, 'close').then(() => true);
  while (!output().includes(text)) {
    const isOver = await Promise.race([closed, pause(50).then(() => false)]);
    if (isOver) throw new Error(`the program ended without "${text}":\n${output()}`);
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  await closed;
}

/** Whether a word of a command names one. */
export function isWorkflowFile(word: string): boolean {
  return word.endsWith('WORKFLOW.md');
}
