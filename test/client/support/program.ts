import { execFile, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const cache = join(root, 'node_modules/.cache/continuo');

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
  onOutput?: (stdout: string, pid: number) => void;
}

/** The command line program, built from the present sources. Call `remove()` afterwards. */
export interface Program {
  path: string;
  run(args: readonly string[], options: RunOptions): Promise<ProgramRun>;
  remove(): Promise<void>;
}

/** As in the real build: native, or loaded by `up` and `worker` only. */
const external = [
  '@temporalio/activity',
  '@temporalio/core-bridge',
  '@temporalio/worker',
  '@secretlint/*',
  'fast-xml-parser',
];
const banner =
  "import { createRequire as programRequire } from 'node:module'; const require = programRequire(import.meta.url);";

/** Bundles the program as the real build does; the place lets it find what is not bundled. */
export async function buildProgram(): Promise<Program> {
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'program-'));
  const esbuild = join(root, 'node_modules/.bin/esbuild');
  const flags = [
    ...['--bundle', '--splitting', '--format=esm', '--platform=node', '--target=node20.19'],
    ...['--log-level=error', `--outdir=${join(folder, 'dist')}`, `--banner:js=${banner}`],
    ...external.map((name) => `--external:${name}`),
  ];
  const keeper = [
    ...['--bundle', '--format=esm', '--platform=node', '--target=node20.19', '--log-level=error'],
    `--outfile=${join(folder, 'dist', 'keeper.js')}`,
  ];
  await Promise.all([
    promisify(execFile)(esbuild, ['src/continuo.ts', ...flags], { cwd: root }),
    promisify(execFile)(esbuild, ['src/activities/keeper/process/main.ts', ...keeper], { cwd: root }),
  ]);
  await cp(join(root, 'package.json'), join(folder, 'package.json'));
  const path = join(folder, 'dist', 'continuo.js');
  return {
    path,
    run: (args, options) => runProgram(path, args, options),
    remove: () => rm(dirname(dirname(path)), { recursive: true, force: true }),
  };
}

async function runProgram(path: string, args: readonly string[], options: RunOptions): Promise<ProgramRun> {
  const child = spawn(process.execPath, [path, ...args], {
    cwd: options.cwd,
    env: { PATH: process.env.PATH ?? '', HOME: options.cwd, CONTINUO_BY: 'ann', ...options.env },
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
