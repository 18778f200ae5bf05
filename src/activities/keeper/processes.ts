import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';

/** One process. */
export interface ProcessInfo {
  pid: number;
  parent: number;
  group: number;
  /** When it started, in the system's own form: with pid and boot id it names the process for ever. */
  start: string;
  zombie: boolean;
}

const run = promisify(execFile);

/** Every live process of this host, of `/proc` where there is one, else of `ps`. Zombies are dead. */
export async function listProcesses(): Promise<ProcessInfo[]> {
  const all =
    process.platform === 'linux'
      ? readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? readStat(Number(name)) : []))
      : await listByPs();
  return all.filter(({ zombie }) => !zombie);
}

/** The process with this pid, also while it is a zombie; null when there is none. */
export async function findProcess(pid: number): Promise<ProcessInfo | null> {
  const found = process.platform === 'linux' ? readStat(pid) : await listByPs();
  return found.find((candidate) => candidate.pid === pid) ?? null;
}

/** When the process with this pid started, also while it is a zombie; null when there is none. */
export async function startOf(pid: number): Promise<string | null> {
  return (await findProcess(pid))?.start ?? null;
}

/** Whether a process was started with `name=value` in its environment; only known where there is `/proc`. */
export function hasVariable(pid: number, name: string, value: string): boolean {
  const environment = readOrNull(`/proc/${pid}/environ`);
  return environment?.split('\0').includes(`${name}=${value}`) ?? false;
}

/** Differs from boot to boot: pids and start times begin anew then. */
export async function readBootId(): Promise<string> {
  if (process.platform === 'linux') {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  }
  const { stdout } = await run('sysctl', ['-n', 'kern.boottime']);
  return stdout.trim();
}

function readStat(pid: number): ProcessInfo[] {
  const stat = readOrNull(`/proc/${pid}/stat`);
  if (stat === null) return [];
  // The name in parentheses may hold anything, so the fields count from the last parenthesis.
  const [state, parent, group, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const start = rest[16];
  if (start === undefined) return [];
  const zombie = state === 'Z' || state === 'X';
  return [{ pid, parent: Number(parent), group: Number(group), start, zombie }];
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // It ended meanwhile, or belongs to somebody else.
    return null;
  }
}

async function listByPs(): Promise<ProcessInfo[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,pgid=,stat=,lstart='], {
    maxBuffer: 64 << 20,
    env: { ...process.env, LC_ALL: 'C' },
  });
  return stdout.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.+)$/.exec(line);
    if (match === null) return [];
    const [, pid, parent, group, state = '', start = ''] = match;
    const zombie = state.startsWith('Z');
    return [{ pid: Number(pid), parent: Number(parent), group: Number(group), start: start.trim(), zombie }];
  });
}
