import { readFileSync, statSync, utimesSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { UpFile } from '../config/engine-file.js';
import { upFile } from '../config/engine-file.js';
import type { DataPaths } from '../config/paths.js';

/** Whoever works with a data directory renews the time of its `up.json` this often. */
const beatEveryMs = 2_000;
/** Longer than anything keeps the event loop of a healthy process. */
const silentMs = 20_000;
/** A machine that slept, or whose clock was set, has an old beat too, but the next one comes soon. */
const watchMs = 3 * beatEveryMs;
const lookEveryMs = 100;

/** Shows that this process works, until the returned function is called. Needs no space on the disk. */
export function startBeating(paths: DataPaths): () => void {
  const timer = setInterval(() => beat(upFile(paths)), beatEveryMs).unref();
  return () => clearInterval(timer);
}

function beat(file: string): void {
  try {
    utimesSync(file, new Date(), new Date());
  } catch {
    // Somebody has removed the data directory: there is nothing left to hold.
  }
}

/** Why a process that lives does no work; null for a healthy one. */
export type Deafness = 'stopped' | 'silent' | null;

/**
 * Looks whether the process of a data directory is deaf: stopped by a signal, or without a beat for 20 s and
 * then for three beats more. A frozen worker is worse than a dead one: the server goes on
 * giving it work. A healthy one is told at once.
 */
export async function findDeafness(paths: DataPaths, { process: { pid } }: UpFile): Promise<Deafness> {
  if (isStopped(pid)) return 'stopped';
  const file = upFile(paths);
  const last = timeOf(file);
  if (last === null || Math.abs(Date.now() - last) < silentMs) return null;
  const deadline = performance.now() + watchMs;
  while (performance.now() < deadline) {
    if (timeOf(file) !== last) return null;
    await sleep(lookEveryMs);
  }
  return 'silent';
}

/** Only known where there is `/proc`; elsewhere the beat tells, later. */
function isStopped(pid: number): boolean {
  try {
    return /^State:\s*T/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false;
  }
}

function timeOf(file: string): number | null {
  try {
    return statSync(file).mtimeMs;
  } catch {
    return null;
  }
}
