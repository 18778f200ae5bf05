import { basename } from 'node:path';
import type { Config } from '../../config/config.js';
import { problemText } from '../../config/describe.js';
import { ConfigError } from '../../config/errors.js';
import { loadConfig } from '../../config/load.js';
import type { Problem } from '../../domain/project.js';
import type { HostDeps } from '../host.js';

/** The configuration in force, and why it is not the one in the file. */
export interface Reloaded {
  config: Config;
  problems: Problem[];
}

/**
 * Reads the workflow file again (SPEC 6.2). A changed one is stored and comes into force; with a
 * broken one the last good configuration stays, and nothing new is to be started.
 */
export async function reload(deps: Pick<HostDeps, 'configs' | 'env'>, hash: string): Promise<Reloaded> {
  const inForce = await deps.configs.get(hash);
  const where = basename(inForce.file);
  try {
    const config = await loadConfig(inForce.file, deps.env);
    if (config.project !== inForce.project) {
      const message = `the project is now called ${config.project}; restart the worker to go on under this name`;
      return { config: inForce, problems: [{ where, message }] };
    }
    await deps.configs.put(config);
    return { config, problems: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { config: inForce, problems: problemsOf(error, where) };
  }
}

function problemsOf(error: ConfigError, where: string): Problem[] {
  if (error.problems.length === 0) return [{ where, message: withoutPlace(error, where) }];
  return error.problems.map((problem) => ({ where, message: problemText(problem) }));
}

function withoutPlace({ message, file }: ConfigError, where: string): string {
  const place = [`${file}: `, `${where}: `].find((prefix) => message.startsWith(prefix));
  return message.slice(place?.length ?? 0);
}
