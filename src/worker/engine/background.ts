import { spawn } from 'node:child_process';
import { closeSync, openSync, renameSync, statSync } from 'node:fs';

/** A log that is larger is put aside when the next process starts. */
const logLimitBytes = 10 << 20;

/** A process that goes on without the one that started it. */
export interface Background {
  pid: number;
  /** Where in its log it begins, in bytes. */
  logFrom: number;
  /** Its exit code once it has ended (1 after a signal); null while it runs. */
  exitCode: () => number | null;
}

/**
 * Starts this very program again, with other arguments, in a session of its own: neither the end of
 * this process nor that of its terminal reaches it. What it prints goes to the end of `log`.
 */
export function startBackground(
  args: string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  log: string,
): Background {
  const logFrom = makeRoom(log);
  const output = openSync(log, 'a', 0o600);
  const [, program = ''] = process.argv;
  const child = spawn(process.execPath, [...process.execArgv, program, ...args], {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  let ended: number | null = null;
  child.once('exit', (code) => (ended = code ?? 1));
  child.once('error', () => (ended = 1));
  child.unref();
  return { pid: child.pid ?? 0, logFrom, exitCode: () => ended };
}

function makeRoom(log: string): number {
  const size = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= logLimitBytes) return size;
  renameSync(log, `${log}.old`);
  return 0;
}
