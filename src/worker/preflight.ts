import { basename } from 'node:path';
import type { HostDeps } from '../activities/host.js';
import { openMirror } from '../activities/git/mirror.js';
import { RepositoryError } from '../activities/git/repository-error.js';
import type { Containment } from '../activities/keeper/containment/containment.js';
import { ContainmentError, probeContainment } from '../activities/keeper/containment/probe.js';
import { ConfigError } from '../config/errors.js';
import type { Host } from './host.js';

/**
 * Refuses to start for a repository that only a person can mend: none there, no commits, no such
 * base (SPEC 6.3). One that merely cannot be reached now is waited for. Throws `ConfigError`.
 */
export async function examineRepository({
  config,
  paths,
  log,
}: Pick<HostDeps, 'paths' | 'log'> & Pick<Host, 'config'>): Promise<void> {
  if (config.repository === null) return;
  try {
    const mirror = await openMirror({ paths, config });
    await mirror.fetch();
  } catch (error) {
    if (!(error instanceof RepositoryError)) throw error;
    if (error.needsPerson)
      throw new ConfigError(
        'config_invalid',
        config.file,
        `${basename(config.file)}: repository: ${error.message}`,
      );
    log.warn('repository cannot be reached now', { error: error.message });
  }
}

/** The containment of agents and checks. Throws `ConfigError` when this machine cannot give what the file asks for. */
export async function examineContainment({
  config,
  env,
}: Pick<Host, 'config' | 'env'>): Promise<Containment> {
  try {
    return await probeContainment(config.containment, env);
  } catch (error) {
    if (!(error instanceof ContainmentError)) throw error;
    throw new ConfigError('config_invalid', config.file, `${basename(config.file)}: ${error.message}`);
  }
}
