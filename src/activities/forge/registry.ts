import { ApplicationFailure } from '@temporalio/common';
import type { Config } from '../../config/config.js';
import { FailureType } from '../../domain/failure.js';
import type { HostDeps } from '../host.js';
import type { ChangeKeeper } from './change-keeper.js';
import type { ChangeReader } from './change-reader.js';
import type { Forge } from './forge.js';
import { createGitHubKeeper } from './github/index.js';
import { openGitHubForge } from './github/open.js';
import { createGitHubReader } from './github/reader.js';
import { finishLandings } from './local/finish.js';
import { createLocalForge } from './local/index.js';

export { finishLandings, openGitHubForge };

/** Builds the adapter for the place where a configuration's changes land: a plain git repository. */
export function openForge(config: Config, deps: Pick<HostDeps, 'paths' | 'log'>): Forge {
  return createLocalForge(config, deps);
}

/** Builds the adapter that `forge.kind` names, for changes that it keeps. */
export function openChangeKeeper(
  config: Config,
  deps: Pick<HostDeps, 'paths' | 'env' | 'log'>,
): ChangeKeeper {
  if (config.forge.kind === 'github') return createGitHubKeeper(config, deps);
  const message = `${config.file}: forge.kind ${config.forge.kind} keeps no changes`;
  throw ApplicationFailure.nonRetryable(message, FailureType.config);
}

/** Reads changes where the configuration's forge keeps such; null where it does not. */
export function openChangeReader(config: Config, deps: Pick<HostDeps, 'env' | 'log'>): ChangeReader | null {
  return config.forge.kind === 'github' ? createGitHubReader(config, deps) : null;
}
