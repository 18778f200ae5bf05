import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readTail } from '../activities/keeper/tail.js';
import type { SandboxNote } from '../config/engine-file.js';
import { readUpFile } from '../config/engine-file.js';
import type { DataPaths } from '../config/paths.js';
import { startBackground } from './engine/background.js';

/** A first start may have to download the engine. */
const patienceMs = 180_000;
const lookEveryMs = 50;
const lastWordsLimit = { lines: 8, bytes: 4_096 };

/** What became of a `continuo up` in the background. `output` has what it printed beside its log. */
export type Detached = { output: string; pid: number } & (
  | { kind: 'ready'; address: string | null; uiUrl: string | null; sandbox: SandboxNote | null }
  /** `lastWords`: the end of what it printed or, where it has printed nothing, of its log. */
  | { kind: 'ended'; exitCode: number; lastWords: string }
  /** It goes on. */
  | { kind: 'still starting'; lastWords: string }
);

/** A `continuo up` that is to write its log to a file: with these arguments it does. */
interface Start {
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  log: string;
}

/** Starts a `continuo up` in the background, and waits until it works or has ended. */
export async function startDetached(paths: DataPaths, { args, cwd, env, log }: Start): Promise<Detached> {
  mkdirSync(paths.root, { recursive: true, mode: 0o700 });
  const output = join(paths.root, 'up.out');
  const logFrom = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  const { pid, outputFrom, exitCode } = startBackground(args, cwd, env, output);
  const lastWords = async () =>
    (await readTail(output, lastWordsLimit, outputFrom)) || (await readTail(log, lastWordsLimit, logFrom));
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline) {
    const code = exitCode();
    if (code !== null) return { kind: 'ended', output, pid, exitCode: code, lastWords: await lastWords() };
    const up = readUpFile(paths);
    if (up?.process.pid === pid && up.ready) {
      const { address, uiUrl, sandbox = null } = up;
      return { kind: 'ready', output, pid, address, uiUrl, sandbox };
    }
    await sleep(lookEveryMs);
  }
  return { kind: 'still starting', output, pid, lastWords: await lastWords() };
}
