import type { HostDeps } from '../activities/host.js';
import type { Config } from '../config/config.js';
import { findWorkflowFile } from '../config/discover.js';
import { hostId } from '../config/host.js';
import { loadConfig } from '../config/load.js';
import { dataDirectory, dataPaths } from '../config/paths.js';
import { openConfigStore } from '../config/store.js';
import type { DataLock } from './data-lock.js';
import { lockData } from './data-lock.js';
import { createStderrLogger } from './logger.js';

/** Where a command was given. */
export interface Place {
  /** The workflow file as the user named it, or null to look for it. */
  workflow: string | null;
  cwd: string;
  env: NodeJS.ProcessEnv;
}

/** This machine, with the right to work with the project's data directory. */
export interface Host extends HostDeps {
  config: Config;
  lock: DataLock;
}

/**
 * Reads the workflow file and takes the data directory. Release the lock in the end. Throws
 * `ConfigError`, and `AlreadyRunning` when another process has it.
 */
export async function openHost(command: 'up' | 'worker', { workflow, cwd, env }: Place): Promise<Host> {
  const file = await findWorkflowFile({ explicit: workflow ?? undefined, cwd, env });
  const config = await loadConfig(file, env);
  const paths = dataPaths(dataDirectory(config.project, env));
  const log = createStderrLogger(env);
  const lock = await lockData(paths, command, config.project, log);
  const configs = openConfigStore(paths, env);
  return { config, lock, host: hostId(env, paths.root), paths, env, configs, log };
}
