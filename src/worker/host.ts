import type { Client } from '@temporalio/client';
import type { HostDeps } from '../activities/host.js';
import type { Config } from '../config/config.js';
import { findWorkflowFile } from '../config/discover.js';
import { ConfigError } from '../config/errors.js';
import { hostId } from '../config/host.js';
import { loadConfig } from '../config/load.js';
import { dataDirectory, dataPaths } from '../config/paths.js';
import { openConfigStore } from '../config/store.js';
import type { DataLock } from './data-lock.js';
import { lockData } from './data-lock.js';
import type { HostLogger } from './log/logger.js';
import type { LogOptions } from './log/open-log.js';
import { openLog } from './log/open-log.js';

/** Where a command was given. */
export interface Place {
  /** The workflow file as the user named it, or null to look for it. */
  workflow: string | null;
  cwd: string;
  env: NodeJS.ProcessEnv;
}

/** What a command that serves was given, and what it asks of its process. */
export interface ServePlace extends Omit<Place, 'workflow'> {
  /** One workflow file for each project, as `workflow` of `Place`. */
  workflows: [string | null, ...(string | null)[]];
  log?: LogOptions;
  /** Where metrics are served, in place of what the workflow files say. */
  metricsPort?: number | undefined;
  /** What else serves a project in this process, until it is closed. */
  beside?: (client: Client, host: Host) => Promise<{ close: () => Promise<void> } | null>;
}

/** This machine as a host of one project, with the right to work with the project's data directory. */
export interface Host extends HostDeps {
  config: Config;
  lock: DataLock;
  log: HostLogger;
}

/** The hosts that one process is: one for each project that it serves. */
export type Hosts = [Host, ...Host[]];

/**
 * Reads the workflow files and takes the data directories: all of them, or none. Release the locks in the end. Throws
 * `ConfigError`, and `AlreadyRunning` when another process has one of them.
 */
export async function openHosts(command: 'up' | 'worker', place: ServePlace): Promise<Hosts> {
  const [first, ...others] = place.workflows;
  const hosts: Hosts = [await openHost(command, await read(first, place), place)];
  try {
    for (const workflow of others) {
      const config = await read(workflow, place);
      refuseSecond(hosts, config);
      hosts.push(await openHost(command, config, place));
    }
    return hosts;
  } catch (error) {
    releaseHosts(hosts);
    throw error;
  }
}

export function releaseHosts(hosts: Hosts): void {
  for (const { lock } of hosts) lock.release();
}

async function read(workflow: string | null, { cwd, env }: ServePlace): Promise<Config> {
  return loadConfig(await findWorkflowFile({ explicit: workflow ?? undefined, cwd, env }), env);
}

function refuseSecond(hosts: Hosts, { project, file }: Config): void {
  const same = hosts.find(({ config }) => config.project === project);
  if (same === undefined) return;
  const message = `${file} is of project ${project}, and so is ${same.config.file}: name each project once`;
  throw new ConfigError('config_invalid', file, message);
}

async function openHost(
  command: 'up' | 'worker',
  config: Config,
  { env, log: options }: ServePlace,
): Promise<Host> {
  const paths = dataPaths(dataDirectory(config.project, env));
  const host = hostId(env, paths.root);
  const log = openLog(env, [config], options, { project: config.project, host });
  const lock = await lockData(paths, command, config.project, log);
  return { config, lock, host, paths, env, configs: openConfigStore(paths, env), log };
}
