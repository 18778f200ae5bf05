import type { Config } from '../config/config.js';
import { findWorkflowFile } from '../config/discover.js';
import { ConfigError } from '../config/errors.js';
import { lastGood } from '../config/last-good.js';
import { loadConfig } from '../config/load.js';
import type { DataPaths } from '../config/paths.js';
import { dataDirectory, dataPaths } from '../config/paths.js';
import type { Invocation } from './invocation.js';

/** The project at hand and where this host keeps its data. */
export interface OpenProject {
  config: Config;
  paths: DataPaths;
  /** The workflow file cannot be used now: this is what it was before. */
  isBroken: boolean;
}

/**
 * The project at hand, also while its workflow file is broken: then with the configuration that is in force still, and
 * with a word about it. Throws `ConfigError` where there is none.
 */
export async function openProject(invocation: Invocation): Promise<OpenProject> {
  try {
    return await readProject(invocation);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { env, out } = invocation;
    const project = await lastGood(error.file, env);
    if (project === null) throw error;
    out.remark(error.message);
    out.remark(`Nothing new starts in project ${project.config.project} before that is mended.`);
    return { ...project, isBroken: true };
  }
}

/** Reads the workflow file that was named or found. Throws `ConfigError`. */
export async function readProject({ workflow, cwd, env }: Invocation): Promise<OpenProject> {
  const file = await findWorkflowFile({ explicit: workflow ?? undefined, cwd, env });
  const config = await loadConfig(file, env);
  return { config, paths: dataPaths(dataDirectory(config.project, env)), isBroken: false };
}
