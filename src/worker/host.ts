import type { HostDeps } from '../activities/host.js';
import type { Config } from '../config/config.js';
import { findWorkflowFile } from '../config/discover.js';
import { hostId } from '../config/host.js';
import { loadConfig } from '../config/load.js';
import { dataDirectory, dataPaths } from '../config/paths.js';
import { openConfigStore } from '../config/store.js';
import type { DataLock } from './data-lock.js';
import { lockData } from './data-lock.js';
import type { HostLogger } from './log/logger.js';
import type { LogOptions } from './log/open-log.js';
import { openLog } from './log/open-log.js';

/** Where a command was given, and what it asks of its process. */
export interface Place {
  /** The workflow file as the user named it, or null to look for it. */
  workflow: string | null;
  cwd: string;
  env: NodeJS.ProcessEnv;
  log?: LogOptions;
  /** Where metrics are served, in place of what the workflow file says. */
  metricsPort?: number | undefined;
}

/** This machine, with the right to work with the project's data directory. */
export interface Host extends HostDeps {
  config: Config;
  lock: DataLock;
  log: HostLogger;
  /** Where metrics are served, or null. */
  metrics: { host: string; port: number } | null;
}

/**
 * Reads the workflow file and takes the data directory. Release the lock in the end. Throws
 * `ConfigError`, and `AlreadyRunning` when another process has it.
 */
export async function openHost(command: 'up' | 'worker', place: Place): Promise<Host> {
  const { workflow, cwd, env } = place;
  const file = await findWorkflowFile({ explicit: workflow ?? undefined, cwd, env });
  const config = await loadConfig(file, env);
  const paths = dataPaths(dataDirectory(config.project, env));
  const host = hostId(env, paths.root);
  const log = openLog(env, config, place.log, { project: config.project, host });
  const lock = await lockData(paths, command, config.project, log);
  const configs = openConfigStore(paths, env);
  return { config, lock, host, paths, env, configs, log, metrics: metricsOf(config, place.metricsPort) };
}

function metricsOf({ metrics }: Config, asked: number | undefined): Host['metrics'] {
  const port = asked ?? metrics.port;
  return port === undefined ? null : { host: metrics.host, port };
}
