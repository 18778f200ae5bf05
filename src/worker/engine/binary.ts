import { constants } from 'node:fs';
import { access, chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { cacheDirectory } from '../../config/paths.js';
import type { Source } from './download.js';
import { downloadSources } from './download.js';
import { EngineError } from './error.js';
import type { EngineProgram } from './programs.js';
import { run } from './run.js';

/** A program that was found. */
export interface Found {
  path: string;
  /** For example `1.9.1`; null where the program does not tell. */
  version: string | null;
  /** Where it was found, in words. */
  from: string;
}

/** One place that was looked at in vain. */
export interface Tried {
  place: string;
  reason: string;
}

/** The program cannot be had. The message lists what was tried and what to do. */
export class ProgramNotFound extends EngineError {
  override readonly name = 'ProgramNotFound';

  constructor(
    program: EngineProgram,
    readonly tried: readonly Tried[],
  ) {
    const lines = tried.map(({ place, reason }) => `  - ${place}: ${reason}`);
    super(
      [
        `No Temporal server could be found or downloaded (program \`${program.name}\`). Tried in this order:`,
        ...lines,
        'What to do, one of:',
        '  - install the Temporal CLI and put `temporal` on PATH: https://docs.temporal.io/cli#install',
        '  - use a server that runs elsewhere: set TEMPORAL_ADDRESS (and TEMPORAL_NAMESPACE)',
        '  - allow one of the downloads above, then run the command again',
      ].join('\n'),
    );
  }
}

/** Progress for a person, one line each. */
export type Say = (line: string) => void;

/**
 * Finds a program of the engine: on PATH, in the cache, else by download into the cache. With
 * `CONTINUO_DOWNLOAD=never` nothing is downloaded. Throws `ProgramNotFound`.
 */
export async function findProgram(program: EngineProgram, env: NodeJS.ProcessEnv, say: Say): Promise<Found> {
  const tried: Tried[] = [];
  const local = await findInstalled(program, env, tried);
  if (local !== null) return local;

  if (env.CONTINUO_DOWNLOAD === 'never') {
    tried.push({ place: 'download', reason: 'CONTINUO_DOWNLOAD=never forbids it' });
    throw new ProgramNotFound(program, tried);
  }
  for (const source of downloadSources(program, env)) {
    say(`${source.announcement} ...`);
    try {
      await placeInCache(program, env, source);
      const found = await inspect(program, cachedPath(program, env), source.name, env);
      say(`${program.name}${found.version === null ? '' : ` ${found.version}`} is in ${found.path}`);
      return found;
    } catch (error) {
      say(`That did not work: ${messageOf(error)}`);
      tried.push({ place: source.name, reason: messageOf(error) });
    }
  }
  throw new ProgramNotFound(program, tried);
}

/** Looks on PATH and in the cache only. Adds to `tried` why a place was passed over. */
export async function findInstalled(
  program: EngineProgram,
  env: NodeJS.ProcessEnv,
  tried: Tried[],
): Promise<Found | null> {
  const onPath = await executablesOnPath(program.name, env);
  if (onPath.length === 0) tried.push({ place: 'PATH', reason: `no program named ${program.name}` });
  const cached = cachedPath(program, env);
  const candidates = [...onPath.map((path) => ({ path, from: 'PATH' })), { path: cached, from: 'cache' }];
  for (const { path, from } of candidates) {
    try {
      return await inspect(program, path, from, env);
    } catch (error) {
      tried.push({ place: `${from} (${path})`, reason: messageOf(error) });
    }
  }
  return null;
}

export function cachedPath(program: EngineProgram, env: NodeJS.ProcessEnv): string {
  return join(cacheDirectory(env), 'bin', program.name);
}

async function executablesOnPath(name: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const files = [...new Set(folders)].map((folder) => join(folder, name));
  const executable = await Promise.all(files.map(isExecutable));
  return files.filter((_, index) => executable[index]);
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Makes sure that the program runs and is not too old. */
async function inspect(
  program: EngineProgram,
  path: string,
  from: string,
  env: NodeJS.ProcessEnv,
): Promise<Found> {
  if (!(await isExecutable(path))) throw new Error('not there');
  if (program.minimum === null) return { path, version: null, from };
  const output = await run(path, ['--version'], { env, timeoutMs: 20_000 });
  const match = /(\d+)\.(\d+)\.\d+\S*/.exec(output);
  if (match === null) throw new Error(`does not tell its version: ${output.trim().slice(0, 200)}`);
  const [version, major, minor] = match;
  if (isOlder([Number(major), Number(minor)], program.minimum)) {
    throw new Error(`version ${version} is older than ${program.minimum.join('.')}`);
  }
  return { path, version, from };
}

function isOlder(
  [major, minor]: [number, number],
  [leastMajor, leastMinor]: readonly [number, number],
): boolean {
  return major < leastMajor || (major === leastMajor && minor < leastMinor);
}

/** Downloads beside the cache's place and renames: others see the whole program or none. */
async function placeInCache(program: EngineProgram, env: NodeJS.ProcessEnv, source: Source): Promise<void> {
  const target = cachedPath(program, env);
  await mkdir(join(cacheDirectory(env), 'bin'), { recursive: true });
  const folder = await mkdtemp(join(cacheDirectory(env), 'download-'));
  try {
    const file = await source.download(folder);
    await chmod(file, 0o755);
    await rename(file, target);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
