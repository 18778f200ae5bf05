import { z } from 'zod';
import type { Config } from './config.js';
import type { GitHubAccess } from './github-provider.js';
import { GitHubForgeProvider, GitHubProvider, secretVariablesOf } from './github-provider.js';

/** What the configuration has to know of each kind of forge. The adapters in `activities/forge/<kind>/` do the work. */
interface ForgeProfile {
  /** Reads `forge.provider`. */
  provider: z.ZodType;
  /** Whether work is shown there as a change, which the forge itself merges. */
  keepsChanges: boolean;
  /** Names of the environment variables that hold this forge's secrets: hooks and agents never get them. */
  secretVariables(provider: Config['forge']['provider']): string[];
}

export const forgeProfiles: Readonly<Record<string, ForgeProfile>> = {
  local: { provider: z.object({}), keepsChanges: false, secretVariables: () => [] },
  github: { provider: GitHubForgeProvider, keepsChanges: true, secretVariables: secretVariablesOf },
};

export function forgeProfile(kind: string): ForgeProfile | undefined {
  return Object.hasOwn(forgeProfiles, kind) ? forgeProfiles[kind] : undefined;
}

/** Environment variables that hooks, agents and checks must not get. */
export function forgeSecrets({ forge }: Pick<Config, 'forge'>): string[] {
  return forgeProfile(forge.kind)?.secretVariables(forge.provider) ?? [];
}

/** The places that a configuration works with. */
export interface Places {
  forge: Config['forge'];
  tracker: Pick<Config['tracker'], 'kind' | 'provider'>;
}

const loginKeys = ['api_url', 'token', 'app'] as const;

/** `forge.provider` of GitHub; where it says nothing of how to log in, that is as the tracker does it on GitHub. */
export function gitHubForge({ forge, tracker }: Places): GitHubForgeProvider {
  const isOwn = loginKeys.some((key) => forge.provider[key] !== undefined);
  const shared = isOwn || tracker.kind !== 'github' ? {} : tracker.provider;
  const login = loginKeys.flatMap((key) => (shared[key] === undefined ? [] : [[key, shared[key]]]));
  return GitHubForgeProvider.parse({ ...Object.fromEntries(login), ...forge.provider });
}

/** The ways in to GitHub that a configuration names, that of the forge first. */
export function gitHubAccesses(config: Places): GitHubAccess[] {
  const { forge, tracker } = config;
  return [
    ...(forge.kind === 'github' ? [gitHubForge(config)] : []),
    ...(tracker.kind === 'github' ? [GitHubProvider.parse(tracker.provider)] : []),
  ];
}
