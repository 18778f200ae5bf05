import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../../config/package-root.js';
import type { Answer, GitEnd, GitRun, Order } from './protocol.js';

/** A runner that nobody has needed for so long ends. */
const idleMs = 10_000;

/** It does little, and a small heap makes it small. */
const flags = ['--max-semi-space-size=1'];

/** A run of git that has been ordered. */
export interface RunningGit {
  /** Throws where git could not start, or the runner was lost. */
  ended: Promise<GitEnd>;
  /** Ends git and what it has started; then it has ended by a signal. */
  end: () => void;
}

let runner: Runner | null = null;

/** Runs git from the runner's process, which is started where there is none. */
export function startGit(run: GitRun): RunningGit {
  runner ??= new Runner(() => (runner = null));
  return runner.run(run);
}

interface Waiting {
  resolve: (end: GitEnd) => void;
  reject: (error: Error) => void;
}

class Runner {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  readonly #gone: () => void;
  #count = 0;
  #idle: NodeJS.Timeout | undefined;

  /** `gone` is called when it takes no orders any more. */
  constructor(gone: () => void) {
    this.#gone = gone;
    this.#child = fork(join(packageRoot(), 'dist', 'git-runner.js'), [], {
      // No signal of the terminal may end it while the worker still has git to run.
      detached: true,
      cwd: '/',
      // Each run brings its own.
      env: {},
      execArgv: flags,
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#child.unref();
    this.#child.channel?.unref();
    this.#child.on('message', (message) => this.#take(message as Answer));
    this.#child.on('error', (error) => this.#lose(error));
    this.#child.on('disconnect', () => this.#lose(new Error('the process that runs git has ended')));
  }

  run(run: GitRun): RunningGit {
    const id = (this.#count += 1);
    clearTimeout(this.#idle);
    this.#child.channel?.ref();
    const ended = new Promise<GitEnd>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#tell({ kind: 'run', id, run });
    return { ended, end: () => this.#tell({ kind: 'end', id }) };
  }

  #tell(order: Order): void {
    this.#child.send(order, (error) => {
      if (error !== null) this.#settle(order.id, ({ reject }) => reject(error));
    });
  }

  #take(answer: Answer): void {
    this.#settle(answer.id, ({ resolve, reject }) => {
      if (answer.kind === 'ended') resolve(answer.end);
      else reject(new Error(answer.message));
    });
  }

  #settle(id: number, how: (waiting: Waiting) => void): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#rest();
    how(waiting);
  }

  /** Nothing is awaited: the worker may end, and so may the runner after a while. */
  #rest(): void {
    this.#child.channel?.unref();
    this.#idle = setTimeout(() => {
      this.#gone();
      this.#child.disconnect();
    }, idleMs).unref();
  }

  #lose(error: Error): void {
    clearTimeout(this.#idle);
    this.#gone();
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
