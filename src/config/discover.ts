import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { variable } from './environment.js';
import type { Environment } from './environment.js';
import { ConfigError } from './errors.js';

const fileName = 'WORKFLOW.md';

interface Place {
  /** As the user named it, relative to `cwd`. */
  explicit?: string | undefined;
  cwd: string;
  env: Environment;
}

/**
 * Finds the workflow file: the one that is given, or named by `CONTINUO_WORKFLOW`; else
 * `WORKFLOW.md` in the working directory (SPEC 5.1); else the nearest one above it, up to the top of
 * the git repository. A folder that is given stands for the file in it. Returns an absolute path.
 * Throws a `ConfigError` (`missing_workflow_file`).
 */
export async function findWorkflowFile({ explicit, cwd, env }: Place): Promise<string> {
  const given = explicit ?? variable(env, 'CONTINUO_WORKFLOW');
  if (given !== undefined) return findExplicit(resolve(cwd, given));

  const start = resolve(cwd);
  for (const directory of await searched(start)) {
    const file = join(directory, fileName);
    if ((await kindOf(file)) === 'file') return file;
  }
  throw missing(join(start, fileName), `there is no ${fileName} here; \`continuo init\` writes one`);
}

async function findExplicit(path: string): Promise<string> {
  const kind = await kindOf(path);
  if (kind === 'file') return path;
  const file = join(path, fileName);
  if (kind === 'folder' && (await kindOf(file)) === 'file') return file;
  throw missing(path, kind === 'folder' ? `there is no ${fileName} in this folder` : 'there is no such file');
}

/** The directory itself and, inside a git repository, those above it up to the repository's top. */
async function searched(start: string): Promise<string[]> {
  const directories = [start];
  for (let directory = start; ; directory = dirname(directory)) {
    if (directory !== start) directories.push(directory);
    if ((await kindOf(join(directory, '.git'))) !== 'none') return directories;
    if (dirname(directory) === directory) return [start];
  }
}

async function kindOf(path: string): Promise<'file' | 'folder' | 'none'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch {
    return 'none';
  }
}

function missing(path: string, why: string): ConfigError {
  return new ConfigError('missing_workflow_file', path, `${path}: ${why}`);
}
