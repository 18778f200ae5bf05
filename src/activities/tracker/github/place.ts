import type { Config } from '../../../config/config.js';
import type { Environment } from '../../../config/environment.js';
import type { GitHubProvider } from '../../../config/github-provider.js';
import type { Names } from '../../github/names.js';
import { namesOf, noName } from '../../github/names.js';
import { TrackerError } from '../error.js';

/** The repository whose issues are worked on. */
export interface GitHubPlace {
  names: Names;
  /** What issues of this repository say of where they are: another address after it was renamed. */
  addresses: Set<string>;
}

export function placeOf(provider: GitHubProvider, config: Config, env: Environment): GitHubPlace {
  const names = namesOf(provider, config, env);
  if (names === null) throw new TrackerError('invalid_tracker_config', noName);
  return { names, addresses: new Set() };
}

/** Whether an issue is in this repository, as far as its lists have shown. */
export function isHere({ addresses }: GitHubPlace, { repository_url }: { repository_url: string }): boolean {
  return addresses.has(repository_url);
}
