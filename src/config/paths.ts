import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { variable } from './environment.js';
import type { Environment } from './environment.js';

/** Where a host keeps what must outlive its processes. One data directory has one worker. */
export interface DataPaths {
  root: string;
  /** Configurations by hash. */
  configs: string;
  /** The one in force: path and text of the workflow file. */
  inForce: string;
  /** One bare mirror for each repository. */
  mirrors: string;
  /** One run directory for each task: logs, evidence, transcript, the host's own git directory. */
  runs: string;
  /** What is landing in working trees of people right now: a record for each repository and base. */
  landings: string;
  /** Removed things, emptied when idle. */
  trash: string;
  /** One JSON record for each closed task. */
  ledger: string;
  /** The embedded engine: database, address, log. */
  engine: string;
}

export function dataPaths(root: string): DataPaths {
  return {
    root,
    configs: join(root, 'configs'),
    inForce: join(root, 'workflow.json'),
    mirrors: join(root, 'mirrors'),
    runs: join(root, 'runs'),
    landings: join(root, 'landings'),
    trash: join(root, 'trash'),
    ledger: join(root, 'ledger'),
    engine: join(root, 'engine'),
  };
}

/** `CONTINUO_DATA`, else a folder for the project under the XDG state directory. */
export function dataDirectory(project: string, env: Environment): string {
  const given = variable(env, 'CONTINUO_DATA');
  if (given !== undefined) return resolve(given);
  return join(projectsDirectory(env), encodeURIComponent(project));
}

/** What has the folder of each project, where `CONTINUO_DATA` names none. */
export function projectsDirectory(env: Environment): string {
  const state = variable(env, 'XDG_STATE_HOME') ?? join(home(env), '.local', 'state');
  return join(state, 'continuo');
}

/** `CONTINUO_CACHE`, else the XDG cache directory: downloaded programs, shared by all projects. */
export function cacheDirectory(env: Environment): string {
  const given = variable(env, 'CONTINUO_CACHE');
  if (given !== undefined) return resolve(given);
  return join(variable(env, 'XDG_CACHE_HOME') ?? join(home(env), '.cache'), 'continuo');
}

function home(env: Environment): string {
  return variable(env, 'HOME') ?? homedir();
}
