import { mkdirSync } from 'node:fs';
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

/** What became of a `continuo up` in the background. */
export type Detached = { log: string; pid: number } & (
  | { kind: 'ready'; address: string | null; uiUrl: string | null; sandbox: SandboxNote | null }
  /** `lastWords`: the end of what it printed. */
  | { kind: 'ended'; exitCode: number; lastWords: string }
  /** It goes on. */
  | { kind: 'still starting'; lastWords: string }
);

/** Starts `continuo up` for a workflow file in the background, and waits until it works or has ended. */
export async function startDetached(
  paths: DataPaths,
  { workflow, cwd, env }: { workflow: string; cwd: string; env: NodeJS.ProcessEnv },
): Promise<Detached> {
  mkdirSync(paths.root, { recursive: true, mode: 0o700 });
  const log = join(paths.root, 'up.log');
  const { pid, logFrom, exitCode } = startBackground(['up', '--workflow', workflow], cwd, env, log);
  const lastWords = () => readTail(log, lastWordsLimit, logFrom);
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline) {
    const code = exitCode();
    if (code !== null) return { kind: 'ended', log, pid, exitCode: code, lastWords: await lastWords() };
    const up = readUpFile(paths);
    if (up?.process.pid === pid && up.ready) {
      const { address, uiUrl, sandbox = null } = up;
      return { kind: 'ready', log, pid, address, uiUrl, sandbox };
    }
    await sleep(lookEveryMs);
  }
  return { kind: 'still starting', log, pid, lastWords: await lastWords() };
}
