import type { Config } from '../../config/config.js';
import type { Environment } from '../../config/environment.js';
import { variable } from '../../config/environment.js';
import { nameIn } from '../../config/github-address.js';
import type { GitHubAccess } from '../../config/github-provider.js';

/** The repository as the paths of GitHub's API have it. */
export interface Names {
  owner: string;
  repo: string;
}

export const noName =
  'tracker.provider.repo: found nothing, allowed: owner/name, such as acme/shop, because repository.url names no repository of GitHub';

/** From the configuration, the repository's address, or `GITHUB_REPO`; null where none names one. */
export function namesOf(
  { repo: named, api_url }: Pick<GitHubAccess, 'repo' | 'api_url'>,
  { repository }: Pick<Config, 'repository'>,
  env: Environment,
): Names | null {
  const name = named ?? nameIn(repository?.url ?? '', api_url) ?? variable(env, 'GITHUB_REPO');
  const [, owner, repo] = /^([^/\s]+)\/([^/\s]+)$/.exec(name ?? '') ?? [];
  return owner === undefined || repo === undefined ? null : { owner, repo };
}
