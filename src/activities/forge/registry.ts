import type { Config } from '../../config/config.js';
import type { HostDeps } from '../host.js';
import type { ChangeReader } from './change-reader.js';
import type { Forge } from './forge.js';
import { createGitHubReader } from './github/reader.js';
import { finishLandings } from './local/finish.js';
import { createLocalForge } from './local/index.js';

export { finishLandings };

/** Builds the adapter for the place where a configuration's changes land: a plain git repository. */
export function openForge(config: Config, deps: Pick<HostDeps, 'paths' | 'log'>): Forge {
  return createLocalForge(config, deps);
}

/** Reads changes where the configuration's forge keeps such; null where it does not. */
export function openChangeReader(config: Config, deps: Pick<HostDeps, 'env' | 'log'>): ChangeReader | null {
  return config.forge.kind === 'github' ? createGitHubReader(config, deps) : null;
}
