import type { Config } from '../config/config.js';
import { findWorkflowFile } from '../config/discover.js';
import { loadConfig } from '../config/load.js';
import type { DataPaths } from '../config/paths.js';
import { dataDirectory, dataPaths } from '../config/paths.js';
import type { Invocation } from './invocation.js';

/** The project at hand and where this host keeps its data. */
export interface OpenProject {
  config: Config;
  paths: DataPaths;
}

/** Reads the workflow file that was named or found. Throws `ConfigError`. */
export async function openProject({ workflow, cwd, env }: Invocation): Promise<OpenProject> {
  const file = await findWorkflowFile({ explicit: workflow ?? undefined, cwd, env });
  const config = await loadConfig(file, env);
  return { config, paths: dataPaths(dataDirectory(config.project, env)) };
}
