import type { Config } from '../../../config/config.js';
import type { Environment } from '../../../config/environment.js';
import type { GitHubProvider } from '../../../config/github-provider.js';
import { repositoryName } from '../../github/repository-name.js';
import { TrackerError } from '../error.js';

/** The repository whose issues are worked on. */
export interface GitHubPlace {
  names: { owner: string; repo: string };
  /** What issues of this repository say of where they are: another address after it was renamed. */
  addresses: Set<string>;
}

/** Throws a `TrackerError` where the configuration names no repository of GitHub. */
export function placeOf(provider: GitHubProvider, config: Config, env: Environment): GitHubPlace {
  const names = repositoryName(provider, config, env);
  if (names !== null) return { names, addresses: new Set() };
  throw new TrackerError(
    'invalid_tracker_config',
    'tracker.provider.repo: found nothing, allowed: owner/name, such as acme/shop, because repository.url names no repository of GitHub',
  );
}

/** Whether an issue is in this repository, as far as its lists have shown. */
export function isHere({ addresses }: GitHubPlace, { repository_url }: { repository_url: string }): boolean {
  return addresses.has(repository_url);
}
