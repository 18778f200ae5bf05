import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { runCli } from '../../../src/client/cli.js';

/** The command line program, in the `dist/` that is built before all tests. */
export const programPath = join(fileURLToPath(new URL('../../..', import.meta.url)), 'dist', 'continuo.js');

/** What a run of the command line program did. */
export interface ProgramRun {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  cwd: string;
  env?: Record<string, string>;
  stdin?: string | Buffer;
  /** How stdout is read; `latin1` keeps each byte. */
  encoding?: BufferEncoding;
  /** Called with the whole of stdout whenever there is more of it. */
  onOutput?: (stdout: string) => void;
}

export interface ProcessOptions extends Omit<RunOptions, 'onOutput'> {
  onOutput?: (stdout: string, pid: number) => void;
}

function environmentOf({ cwd, env }: RunOptions | ProcessOptions): Record<string, string> {
  return { PATH: process.env.PATH ?? '', HOME: cwd, CONTINUO_BY: 'ann', ...env };
}

/** Runs the program as people do, in a process of its own. */
export async function runProgram(args: readonly string[], options: ProcessOptions): Promise<ProgramRun> {
  const child = spawn(process.execPath, [programPath, ...args], {
    cwd: options.cwd,
    env: environmentOf(options),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding(options.encoding ?? 'utf8').on('data', (chunk: string) => {
    stdout += chunk;
    options.onOutput?.(stdout, child.pid ?? 0);
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  // A program that refuses its input early closes the pipe.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin ?? '');
  const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { exitCode, stdout, stderr };
}

/** Runs all of the program but its process, which takes longer to start than most commands take. */
export async function runInProcess(args: readonly string[], options: RunOptions): Promise<ProgramRun> {
  const { cwd, encoding = 'utf8', stdin = '', onOutput } = options;
  let stdout = '';
  let stderr = '';
  const exitCode = await runCli(args, 'of tests', {
    env: environmentOf(options),
    cwd,
    stdin: Readable.from([Buffer.from(stdin)]),
    stdout: sink((chunk) => {
      stdout += chunk.toString(encoding);
      onOutput?.(stdout);
    }),
    stderr: sink((chunk) => (stderr += chunk.toString())),
  });
  return { exitCode, stdout, stderr };
}

function sink(take: (chunk: Buffer) => void): Writable {
  return new Writable({
    write(chunk: Buffer, _, done) {
      take(chunk);
      done();
    },
  });
}
