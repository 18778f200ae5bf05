import type { Config } from '../../config/config.js';
import type { Environment } from '../../config/environment.js';
import type { Places } from '../../config/forge-profiles.js';
import { gitHubAccesses } from '../../config/forge-profiles.js';
import { createGitCredential, isOnGitHub } from '../github/git-credential.js';
import { namesOf } from '../github/names.js';
import { unreachable } from './repository-error.js';

/** The user's repository, as git gets there. */
export interface Remote {
  readonly url: string;
  /**
   * What one call of git needs to be let in, as variables for that call alone. Nothing where the user's own setup, such
   * as a credential helper, does that. Throws `RepositoryError`.
   */
  environment(): Promise<Record<string, string>>;
  /** The header of the same; null where there is none of ours. */
  authorization(): Promise<string | null>;
}

export type RemoteConfig = Pick<Config, 'repository'> & Places;

/** An App's token is good for an hour, and its configuration is used for longer. */
const known = new WeakMap<RemoteConfig, Remote>();

/** The repository of a configuration; where it is on the GitHub of the forge or the tracker, by their credential. */
export function remoteOf(config: RemoteConfig, env: Environment = process.env): Remote {
  const remote = known.get(config) ?? createRemote(config, env);
  known.set(config, remote);
  return remote;
}

function createRemote(config: RemoteConfig, env: Environment): Remote {
  if (config.repository === null) throw new TypeError('there is no remote without a repository');
  const { url } = config.repository;
  const access = gitHubAccesses(config).find((one) => isOnGitHub(url, one.api_url));
  const repository = access && namesOf({ api_url: access.api_url, repo: undefined }, config, {});
  if (access === undefined || repository == null) {
    return { url, environment: () => Promise.resolve({}), authorization: () => Promise.resolve(null) };
  }
  const header = createGitCredential({ ...access, repository }, env);
  async function authorization(): Promise<string | null> {
    try {
      return await header();
    } catch (error) {
      throw unreachable(url, error instanceof Error ? error : new Error(String(error)));
    }
  }
  return {
    url,
    authorization,
    async environment() {
      const found = await authorization();
      return found === null ? {} : withHeader(new URL(url).origin, found);
    },
  };
}

/** For this origin alone, in place of what the user's own setup would send there. */
function withHeader(origin: string, authorization: string): Record<string, string> {
  const settings = [
    [`http.${origin}/.extraHeader`, ''],
    [`http.${origin}/.extraHeader`, `Authorization: ${authorization}`],
    ['credential.helper', ''],
  ];
  const variables = settings.flatMap(([key = '', value = ''], index): [string, string][] => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return { GIT_CONFIG_COUNT: String(settings.length), ...Object.fromEntries(variables) };
}
