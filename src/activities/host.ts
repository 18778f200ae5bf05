import type { DataPaths } from '../config/paths.js';
import type { ConfigStore } from '../config/store.js';

export type { ConfigStore };

export interface Logger {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/** What every activity on a host needs. */
export interface HostDeps {
  /** The host's fixed id. */
  host: string;
  paths: DataPaths;
  env: NodeJS.ProcessEnv;
  configs: ConfigStore;
  log: Logger;
}
