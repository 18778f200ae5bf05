import type { Config } from '../../config/config.js';
import type { HostDeps } from '../host.js';
import type { Forge } from './forge.js';
import { finishLandings } from './local/finish.js';
import { createLocalForge } from './local/index.js';

export { finishLandings };

/** Builds the adapter for the place where a configuration's changes land: a plain git repository. */
export function openForge(config: Config, deps: Pick<HostDeps, 'paths' | 'log'>): Forge {
  return createLocalForge(config, deps);
}
