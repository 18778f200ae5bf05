import { setTimeout as sleep } from 'node:timers/promises';
import type { Identity } from './identity.js';
import { cookieName, markEnding, readIdentity, removeIdentity } from './identity.js';
import type { ProcessInfo } from './processes.js';
import { findProcess, hasVariable, listProcesses, readBootId } from './processes.js';

const graceMs = 2_000;
/** Processes that even KILL does not end hang in the kernel; nobody waits for those. */
const killMs = 5_000;
const pollMs = 20;

/**
 * Ends a program with everything it started: TERM, two seconds of grace, KILL, until none is left.
 * `groupIsOurs` says that the program's process group cannot belong to anybody else by now.
 */
export async function endTree(identity: Identity, groupIsOurs: boolean): Promise<boolean> {
  const found = await signalTree(identity, groupIsOurs, 'SIGTERM');
  if (found === 0) return false;
  if (await isGone(identity, groupIsOurs, graceMs, null)) return true;
  await isGone(identity, groupIsOurs, killMs, 'SIGKILL');
  return true;
}

/**
 * Ends what a killed worker left running; true when there was something. A pid is signalled only
 * when boot id and start time agree. The identity file is removed, unless the program's keeper lives
 * after all: it must not take this for the program's own end, and finds it written there.
 */
export async function endLeftover(identityFile: string): Promise<boolean> {
  const identity = readIdentity(identityFile);
  if (identity === null) return false;
  const sameBoot = identity.bootId === (await readBootId());
  if (sameBoot) markEnding(identityFile, identity);
  const ended = sameBoot && (await endTree(identity, false));
  if (!(sameBoot && (await keeperLives(identity)))) removeIdentity(identityFile, identity.cookie);
  return ended;
}

async function keeperLives({ keeper }: Identity): Promise<boolean> {
  const found = keeper === undefined ? null : await findProcess(keeper.pid);
  return found !== null && !found.zombie && found.start === keeper?.start;
}

async function isGone(
  identity: Identity,
  groupIsOurs: boolean,
  withinMs: number,
  signal: NodeJS.Signals | null,
): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (performance.now() < deadline) {
    if ((await signalTree(identity, groupIsOurs, signal)) === 0) return true;
    await sleep(pollMs);
  }
  return false;
}

/** Signals each member, or only counts them. */
async function signalTree(
  identity: Identity,
  groupIsOurs: boolean,
  signal: NodeJS.Signals | null,
): Promise<number> {
  const members = membersOf(identity, groupIsOurs, await listProcesses());
  if (signal !== null) members.forEach(({ pid }) => send(pid, signal));
  return members.length;
}

/**
 * The program, its process group, all descendants, and those that left both (`setsid`, a double
 * fork) but carry the cookie. Nothing older than the program can be part of it.
 */
function membersOf(identity: Identity, groupIsOurs: boolean, all: ProcessInfo[]): ProcessInfo[] {
  const { leader, cookie } = identity;
  const younger = all.filter(
    (candidate) => candidate.pid !== process.pid && (leader === null || !startedBefore(candidate, leader)),
  );
  const leaderLives = younger.some(({ pid, start }) => pid === leader?.pid && start === leader.start);
  const members = new Set(
    younger
      .filter(
        ({ pid, group }) =>
          ((leaderLives || groupIsOurs) && group === leader?.pid) || hasVariable(pid, cookieName, cookie),
      )
      .map(({ pid }) => pid),
  );

  for (let before = -1; before !== members.size;) {
    before = members.size;
    for (const { pid, parent } of younger) if (members.has(parent)) members.add(pid);
  }
  return younger.filter(({ pid }) => members.has(pid));
}

/** Where start times are dates and not ticks, everything counts as young enough. */
function startedBefore(candidate: ProcessInfo, leader: { start: string }): boolean {
  return Number(candidate.start) < Number(leader.start);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself meanwhile.
  }
}
