import type { Config } from '../../config/config.js';
import type { HostDeps } from '../host.js';
import type { Forge } from './forge.js';
import { createLocalForge } from './local/index.js';

/** Builds the adapter for the place where a configuration's changes land: a plain git repository. */
export function openForge(config: Config, deps: Pick<HostDeps, 'paths' | 'log'>): Forge {
  return createLocalForge(config, deps);
}
