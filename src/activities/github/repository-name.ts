import type { Config } from '../../config/config.js';
import type { Environment } from '../../config/environment.js';
import { variable } from '../../config/environment.js';
import type { GitHubAccess } from '../../config/github-provider.js';

export interface RepositoryName {
  owner: string;
  repo: string;
}

/** The repository that a configuration means: the one it names, that of its address, or `GITHUB_REPO`. */
export function repositoryName(
  access: Pick<GitHubAccess, 'repo' | 'api_url'>,
  { repository }: Pick<Config, 'repository'>,
  env: Environment,
): RepositoryName | null {
  const name =
    access.repo ?? nameIn(repository?.url ?? '', access.api_url) ?? variable(env, 'GITHUB_REPO') ?? '';
  const [, owner, repo] = /^([^/\s]+)\/([^/\s]+)$/.exec(name) ?? [];
  return owner !== undefined && repo !== undefined ? { owner, repo } : null;
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
