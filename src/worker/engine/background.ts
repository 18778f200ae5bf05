import { spawn } from 'node:child_process';
import { closeSync, openSync, renameSync, statSync } from 'node:fs';

/** Output that is larger is put aside when the next process starts. */
const outputLimitBytes = 1 << 20;

/** A process that goes on without the one that started it. */
export interface Background {
  pid: number;
  /** Where in the file its output begins, in bytes. */
  outputFrom: number;
  /** Its exit code once it has ended (1 after a signal); null while it runs. */
  exitCode: () => number | null;
}

/**
 * Starts this very program again, with other arguments, in a session of its own: neither the end of
 * this process nor that of its terminal reaches it. What it prints goes to the end of `output`.
 */
export function startBackground(
  args: string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  output: string,
): Background {
  const outputFrom = makeRoom(output);
  const file = openSync(output, 'a', 0o600);
  const [, program = ''] = process.argv;
  const child = spawn(process.execPath, [...process.execArgv, program, ...args], {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', file, file],
  });
  closeSync(file);
  let ended: number | null = null;
  child.once('exit', (code) => (ended = code ?? 1));
  child.once('error', () => (ended = 1));
  child.unref();
  return { pid: child.pid ?? 0, outputFrom, exitCode: () => ended };
}

function makeRoom(output: string): number {
  const size = statSync(output, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= outputLimitBytes) return size;
  renameSync(output, `${output}.old`);
  return 0;
}
