import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessInfo } from '../processes.js';
import { hasVariable, listProcesses } from '../processes.js';
import { cookieName } from './cookie.js';

/** A program with everything it started. */
export interface Tree {
  cookie: string;
  /** The program itself; null when it is not known, and then the cookie alone tells. */
  leader: { pid: number; start: string } | null;
  /** Its process group cannot belong to anybody else by now: it was started by this process. */
  groupIsOurs: boolean;
}

/** Processes that even KILL does not end hang in the kernel; nobody waits longer for those. */
const killMs = 5_000;
const pollMs = 20;

/**
 * Ends a program with everything it started: TERM, grace, KILL until none is left. Returns how many
 * there were at first. A wrapper that makes a PID namespace ignores TERM, and so may the first program inside;
 * what they started gets it as well, and KILL ends all.
 */
export async function endTree(tree: Tree, graceMs: number): Promise<number> {
  const found = await signalTree(tree, 'SIGTERM');
  if (found === 0) return 0;
  // A stopped process gets TERM only once it goes on.
  await signalTree(tree, 'SIGCONT');
  if (!(await isGone(tree, graceMs, null))) await isGone(tree, killMs, 'SIGKILL');
  return found;
}

/** Signals each process of the tree, or only counts them. */
export async function signalTree(tree: Tree, signal: NodeJS.Signals | null): Promise<number> {
  const members = membersOf(tree, await listProcesses());
  if (signal !== null) members.forEach(({ pid }) => send(pid, signal));
  return members.length;
}

async function isGone(tree: Tree, withinMs: number, signal: NodeJS.Signals | null): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    if ((await signalTree(tree, signal)) === 0) return true;
    if (performance.now() > deadline) return false;
    await sleep(pollMs);
  }
}

/**
 * The program, its process group, all descendants, and those that left both (`setsid`, a double
 * fork) but carry the cookie. Nothing older than the program can be part of it.
 */
function membersOf({ leader, cookie, groupIsOurs }: Tree, all: ProcessInfo[]): ProcessInfo[] {
  const younger = all.filter(
    (candidate) => candidate.pid !== process.pid && (leader === null || !startedBefore(candidate, leader)),
  );
  const leaderLives = younger.some(({ pid, start }) => pid === leader?.pid && start === leader.start);
  const members = new Set<number>();
  for (const { pid, group } of younger) {
    const isInGroup = (leaderLives || groupIsOurs) && group === leader?.pid;
    if (isInGroup || hasVariable(pid, cookieName, cookie)) members.add(pid);
  }
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
