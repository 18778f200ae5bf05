import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { diesWithUs, findProgram } from './containment.js';
import type { Identity } from './identity.js';
import { cookieName, readIdentity, removeIdentity, writeIdentity } from './identity.js';
import type { BoundedFile } from './output.js';
import { openBounded } from './output.js';
import { readBootId, startOf } from './processes.js';
import type { Streams } from './streams.js';
import { openStreams } from './streams.js';
import { endTree } from './tree.js';

export { endLeftover } from './tree.js';

export interface ProgramSpec {
  /** Never a string for a shell; the commands that users wrote come as `['bash', …]`. */
  argv: string[];
  cwd: string;
  /** The complete environment. */
  env: Record<string, string>;
  stdin: string | null;
  /** The file that gets stdout and stderr together, appended. Its folder exists. */
  output: string;
  /** Beyond it only head and tail are kept; 16 MiB unless given. */
  outputLimitBytes?: number | undefined;
  /** Total time, after which the whole tree of processes is ended. */
  timeoutMs: number;
  /** Ends the tree likewise. */
  signal?: AbortSignal | undefined;
  /** Names the program while it runs, so that `endLeftover` ends what a killed worker left. */
  identityFile?: string | undefined;
}

type Ending =
  | { kind: 'exited'; exitCode: number | null; signal: string | null }
  | { kind: 'timed_out' }
  | { kind: 'cancelled' }
  | { kind: 'not_started'; message: string };

/** `outputProblem` says why the output is not whole, and is null when it is. */
export type ProgramResult = Ending & { durationMs: number; outputProblem: string | null };

/** Somebody else has ended the program, or taken its place: its end says nothing about it. */
export class EndedElsewhereError extends Error {
  override readonly name = 'EndedElsewhereError';
}

const defaultLimitBytes = 16 * 1024 * 1024;
/** `setTimeout` fires at once beyond this. */
const longestMs = 2 ** 31 - 1;

/**
 * Runs one program in a session of its own and waits for its end. However it ends, everything it
 * started ends with it: nothing is left running in the background. Throws when it cannot be started
 * with an output, and `EndedElsewhereError`. A disk that is full later ends no program.
 */
export async function runProgram(spec: ProgramSpec): Promise<ProgramResult> {
  const startedAt = performance.now();
  const result = (ending: Ending, outputProblem: string | null = null): ProgramResult => ({
    ...ending,
    durationMs: Math.round(performance.now() - startedAt),
    outputProblem,
  });

  if (spec.signal?.aborted) return result({ kind: 'cancelled' });
  const problem = whyNotStartable(spec);
  if (problem !== null) return result({ kind: 'not_started', message: problem });

  const output = await openBounded(spec.output, spec.outputLimitBytes ?? defaultLimitBytes);
  const ending = await runWith(spec, output).catch(async (error: unknown) => {
    await output.finish();
    throw error;
  });
  return result(ending, await output.finish());
}

async function runWith(spec: ProgramSpec, output: BoundedFile): Promise<Ending> {
  const streams = await openStreams(spec.stdin, output);
  try {
    return await runIn(spec, streams);
  } finally {
    await streams.release();
    await streams.drain();
  }
}

async function runIn(spec: ProgramSpec, streams: Streams): Promise<Ending> {
  const cookie = randomUUID();
  const bootId = await readBootId();
  const keeper = { pid: process.pid, start: (await startOf(process.pid)) ?? '' };
  const remember = (leader: Identity['leader']) => {
    if (spec.identityFile === undefined) return;
    writeIdentity(spec.identityFile, { bootId, cookie, leader, keeper });
  };

  const [program = '', ...args] = [...(await diesWithUs()), ...spec.argv];
  remember(null);
  try {
    const child = spawn(program, args, {
      cwd: spec.cwd,
      env: { ...spec.env, [cookieName]: cookie },
      stdio: [streams.stdin, streams.output, streams.output],
      detached: true,
    });
    const ended = endOf(child, spec);
    if (child.pid === undefined) return await ended;
    const leader = { pid: child.pid, start: (await startOf(child.pid)) ?? '' };
    try {
      remember(leader);
      await streams.release();
      const ending = await ended;
      requireOwnEnd(spec.identityFile, cookie, ending);
      return ending;
    } finally {
      await endTree({ bootId, cookie, leader }, true);
    }
  } finally {
    if (spec.identityFile !== undefined) removeIdentity(spec.identityFile, cookie);
  }
}

/** `endLeftover` marks in the file what it ends; and whoever starts another program there has ended this one. */
function requireOwnEnd(identityFile: string | undefined, cookie: string, ending: Ending): void {
  if (identityFile === undefined || ending.kind !== 'exited') return;
  const known = readIdentity(identityFile);
  const isOwn = known === null || (known.cookie === cookie && known.ending !== true);
  if (!isOwn) throw new EndedElsewhereError('the program was ended from outside');
}

/** The first of: the program's own end, the end of its time, the caller's wish. */
function endOf(child: ChildProcess, { timeoutMs, signal }: ProgramSpec): Promise<Ending> {
  return new Promise((done) => {
    const cancel = () => finish({ kind: 'cancelled' });
    const timer = setTimeout(() => finish({ kind: 'timed_out' }), Math.min(timeoutMs, longestMs));
    const finish = (ending: Ending) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      done(ending);
    };
    signal?.addEventListener('abort', cancel);
    child.once('error', (error) => finish({ kind: 'not_started', message: error.message }));
    child.once('exit', (exitCode, endSignal) => finish({ kind: 'exited', exitCode, signal: endSignal }));
    if (signal?.aborted) cancel();
  });
}

function whyNotStartable({ argv, cwd, env }: ProgramSpec): string | null {
  if (!statSync(cwd, { throwIfNoEntry: false })?.isDirectory()) return `the folder ${cwd} does not exist`;
  const program = argv[0] ?? '';
  return findProgram(program, cwd, env.PATH) === null ? `the program "${program}" was not found` : null;
}
