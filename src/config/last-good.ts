import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Config } from './config.js';
import { variable } from './environment.js';
import type { Environment } from './environment.js';
import { dataPaths, projectsDirectory } from './paths.js';
import type { DataPaths } from './paths.js';
import { readInForce } from './store.js';

/**
 * The configuration that a workflow file had when it could be used last on this host, for commands of a person while it
 * is broken: the scheduler goes on with the same one (SPEC 6.2). Null where none has been in force.
 */
export async function lastGood(
  file: string,
  env: Environment,
): Promise<{ config: Config; paths: DataPaths } | null> {
  for (const root of await dataDirectories(env)) {
    const paths = dataPaths(root);
    const config = await readInForce(paths, env);
    if (config?.file === file) return { config, paths };
  }
  return null;
}

/** What a project is called stands in the file, which cannot be read: it may be any of them. */
async function dataDirectories(env: Environment): Promise<string[]> {
  const given = variable(env, 'CONTINUO_DATA');
  if (given !== undefined) return [resolve(given)];
  const parent = projectsDirectory(env);
  const names = await readdir(parent).catch(() => []);
  return names.map((name) => join(parent, name));
}
