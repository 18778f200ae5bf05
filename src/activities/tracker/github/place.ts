import type { Config } from '../../../config/config.js';
import type { Environment } from '../../../config/environment.js';
import { variable } from '../../../config/environment.js';
import type { GitHubProvider } from '../../../config/github-provider.js';
import { TrackerError } from '../error.js';

/** The repository whose issues are worked on. */
export interface GitHubPlace {
  names: { owner: string; repo: string };
  /** What issues of this repository say of where they are: another address after it was renamed. */
  addresses: Set<string>;
}

/** From the configuration, the repository's address, or `GITHUB_REPO`. */
export function placeOf(provider: GitHubProvider, config: Config, env: Environment): GitHubPlace {
  const name =
    provider.repo ??
    nameIn(config.repository?.url ?? '', provider.api_url) ??
    variable(env, 'GITHUB_REPO');
  const [, owner, repo] = /^([^/\s]+)\/([^/\s]+)$/.exec(name ?? '') ?? [];
  if (owner !== undefined && repo !== undefined) return { names: { owner, repo }, addresses: new Set() };
  throw new TrackerError(
    'invalid_tracker_config',
    'tracker.provider.repo: found nothing, allowed: owner/name, such as acme/shop, because repository.url names no repository of GitHub',
  );
}

/** `owner/name` of an address on the same GitHub as the API, in any spelling that git takes. */
export function nameIn(url: string, apiUrl: string): string | undefined {
  const host = new URL(apiUrl).hostname.replace(/^api\./, '');
  const parts = /^(?:[a-z+]+:\/\/)?(?:[^@/]*@)?([^:/]+)(?::\d+)?[:/]+([^/]+)\/([^/]+?)(?:\.git)?\/*$/i.exec(
    url,
  );
  const [, where = '', owner, name] = parts ?? [];
  return where.toLowerCase() === host.toLowerCase() ? `${owner}/${name}` : undefined;
}

/** Whether an issue is in this repository, as far as its lists have shown. */
export function isHere({ addresses }: GitHubPlace, { repository_url }: { repository_url: string }): boolean {
  return addresses.has(repository_url);
}
