import { randomUUID } from 'node:crypto';
import { isCutOff, look } from './place.js';
import type { Exit, KeeperSpec, Owner, ProgramIo } from './protocol.js';
import { protocolVersion } from './protocol.js';
import { ensureKeeper } from './start.js';
import { endRemains } from './strays.js';
import type { Wishes } from './watch.js';
import { LeftError, untilEnded, withKeeper } from './watch.js';

export { EvictedError, LeftError } from './watch.js';

/** What every program under a keeper is started with. */
export interface Started extends Wishes {
  /** The folder that stands for this program: whoever comes to it again attaches instead of starting. */
  place: string;
  owner: Owner;
  /** Never a string for a shell; the commands that users wrote come as `['bash', …]`. */
  argv: string[];
  cwd: string;
  /** The complete environment. */
  env: Record<string, string>;
  /** Total time, after which the whole tree of processes is ended. */
  timeoutMs: number;
  /** How long it goes on while no worker is attached. */
  leaseMs: number;
}

export interface ProgramSpec extends Started {
  stdin: string | null;
  /** The file that gets stdout and stderr together, appended. Its folder exists. */
  output: string;
  /** Beyond it only head and tail are kept; 16 MiB unless given. */
  outputLimitBytes?: number | undefined;
}

/** `outputProblem` says why the output is not whole, and is null when it is. */
export type ProgramResult = (
  | { kind: 'exited'; exitCode: number | null; signal: string | null }
  | { kind: 'timed_out' }
  | { kind: 'cancelled' }
  /** No worker came for too long. */
  | { kind: 'lease' }
  | { kind: 'not_started'; message: string }
  /** The keeper was killed, and its program with it. */
  | { kind: 'lost' }
) & { durationMs: number; outputProblem: string | null };

const defaultLimitBytes = 16 * 1024 * 1024;
/** Between end of input, TERM and KILL. */
const graceMs = 2_000;

/**
 * Runs one program under a keeper and waits for its end: attaches to it where it runs already, returns the stored
 * result where it has ended, starts it otherwise, also where it was lost. However it ends, everything it started
 * ends with it. When it is lost meanwhile the result is `lost`; another call starts it again. Throws `LeftError`,
 * `EvictedError`, and `KeeperStartError`.
 */
export async function runProgram(spec: ProgramSpec): Promise<ProgramResult> {
  const { stdin, output: file, outputLimitBytes: limitBytes = defaultLimitBytes } = spec;
  if (await isUnwanted(spec)) return without('cancelled');

  const told = keeperSpec(spec, { kind: 'output', stdin, file, limitBytes });
  const found = await ensureKeeper(spec.place, () => Promise.resolve(told));
  const { folder, claim } = found;
  const ending = found.kind === 'running' ? await withKeeper(folder, claim, spec, untilEnded) : found;
  return ending.kind === 'ended' ? resultOf(ending.exit) : without('lost');
}

/**
 * Whether there is nothing to attach to, and nothing to start any more; generations up to `past` are over. Throws
 * `LeftError`.
 */
export async function isUnwanted(
  { place, end, leave }: Wishes & Pick<Started, 'place'>,
  past: string | null = null,
): Promise<boolean> {
  if (leave?.aborted) throw new LeftError();
  if (!end?.aborted) return false;
  const found = await look(place);
  if (found.kind === 'lost') await endRemains(found.claim);
  if (found.kind === 'ended') return isCutOff(found.exit) || found.folder === past;
  return found.kind !== 'running';
}

/** What a keeper is told of a program. */
export function keeperSpec(
  { owner, argv, cwd, env, timeoutMs, leaseMs }: Omit<Started, keyof Wishes>,
  io: ProgramIo,
  extra: Partial<Pick<KeeperSpec, 'tools' | 'fault'>> = {},
): KeeperSpec {
  return {
    version: protocolVersion,
    owner,
    argv,
    cwd,
    env,
    cookie: randomUUID(),
    io,
    timeoutMs,
    leaseMs,
    graceMs,
    tools: [],
    fault: null,
    ...extra,
  };
}

function resultOf({ ending, durationMs, outputProblem }: Exit): ProgramResult {
  const facts = { durationMs, outputProblem };
  switch (ending.kind) {
    case 'closed':
      return { kind: 'cancelled', ...facts };
    case 'output_limit':
      // Only tools fill the journal of such a program, and it has none.
      throw new Error('the journal of a program without tools is full');
    default:
      return { ...ending, ...facts };
  }
}

function without(kind: 'cancelled' | 'lost'): ProgramResult {
  return { kind, durationMs: 0, outputProblem: null };
}
