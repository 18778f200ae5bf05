import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { attach } from './connection.js';
import type { Keeper } from './place.js';
import { look } from './place.js';
import type { ProcessInfo } from './processes.js';
import { listProcesses } from './processes.js';

/** A keeper of a data directory, and its program. */
export interface KeeperInfo {
  place: string;
  claim: Keeper;
  state: 'running' | 'ended' | 'lost';
  /** Whether a worker attends to it; null when it does not run, or does not answer. */
  attached: boolean | null;
  /** Resident memory of the keeper and of all that descends from it; null when it does not run, or cannot be told. */
  rssBytes: number | null;
}

/** The newest keeper of every place below a folder of run directories (`<runs>/<project>/<task>/keepers/<place>`). */
export async function listKeepers(runs: string): Promise<KeeperInfo[]> {
  const places = foldersIn(runs)
    .flatMap(foldersIn)
    .flatMap((task) => foldersIn(join(task, 'keepers')));
  const processes = await listProcesses();
  const all = await Promise.all(places.map((place) => describe(place, processes)));
  return all.filter((info) => info !== null);
}

async function describe(place: string, processes: ProcessInfo[]): Promise<KeeperInfo | null> {
  const found = await look(place);
  if (found.kind === 'none') return null;
  const { kind: state, folder, claim } = found;
  if (state !== 'running') return { place, claim, state, attached: null, rssBytes: null };
  const attached = await isAttached(folder, claim);
  return { place, claim, state, attached, rssBytes: memoryOf(claim.process.pid, processes) };
}

async function isAttached(folder: string, claim: Keeper): Promise<boolean | null> {
  try {
    const reader = await attach(folder, claim);
    reader.close();
    return reader.hello.attached;
  } catch {
    // It is just ending, or deaf.
    return null;
  }
}

function memoryOf(keeper: number, all: ProcessInfo[]): number | null {
  const tree = new Set([keeper]);
  for (let before = -1; before !== tree.size;) {
    before = tree.size;
    for (const { pid, parent } of all) if (tree.has(parent)) tree.add(pid);
  }
  const sizes = [...tree].map(residentBytes).filter((size) => size !== null);
  return sizes.length === 0 ? null : sizes.reduce((sum, size) => sum + size, 0);
}

/** Null when it has ended, or where there is no `/proc`. */
function residentBytes(pid: number): number | null {
  try {
    const [, size] = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return size === undefined ? null : Number(size) * 1024;
  } catch {
    return null;
  }
}

function foldersIn(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name));
  } catch {
    return [];
  }
}
