import { posix } from 'node:path';
import { z } from 'zod';
import type { Config } from './config.js';
import { GitHubProvider, secretVariablesOf } from './github-provider.js';

/**
 * What the configuration has to know of each kind of tracker: its own keys, its default states and
 * its secrets. The adapters in `activities/tracker/<kind>/` do the work.
 */
interface TrackerProfile {
  /** Reads `tracker.provider`. */
  provider: z.ZodType;
  activeStates: readonly string[];
  terminalStates: readonly string[];
  /** Whether the tracker lives in the repository, so that its states change only by landing. */
  inRepository: boolean;
  /** What an issue becomes when its work has landed, where that is not the landing's own doing. */
  doneState: string | null;
  /** Whether people read in the tracker how a task gets on. */
  isTold(provider: Config['tracker']['provider']): boolean;
  /** Names of the environment variables that hold this tracker's secrets: hooks and agents never get them. */
  secretVariables(provider: Config['tracker']['provider']): string[];
}

const inside = 'the path of a folder inside the repository, such as tasks';

/** `tracker.provider` of the `file` tracker. */
export const FileProvider = z.object({
  path: z
    .string({ error: inside })
    .transform((path) => posix.normalize(path).replace(/\/+$/, ''))
    .refine((path) => !/^(?:\.|\/|\.\.|\.git)?$|^\/|^\.\.\/|^\.git\/|[\\\n\r\0]/.test(path), {
      error: inside,
    })
    .default('tasks'),
});

export const trackerProfiles: Readonly<Record<string, TrackerProfile>> = {
  file: {
    provider: FileProvider,
    activeStates: ['Todo', 'In Progress'],
    terminalStates: ['Done', 'Cancelled'],
    inRepository: true,
    doneState: null,
    isTold: () => false,
    secretVariables: () => [],
  },
  github: {
    provider: GitHubProvider,
    activeStates: ['open'],
    terminalStates: ['closed'],
    inRepository: false,
    doneState: 'closed',
    isTold: (provider) => GitHubProvider.parse(provider).status_comment,
    secretVariables: secretVariablesOf,
  },
};

/** The profile of a kind that the configuration was accepted with. */
export function trackerProfile(kind: string): TrackerProfile | undefined {
  return Object.hasOwn(trackerProfiles, kind) ? trackerProfiles[kind] : undefined;
}

/** Environment variables that hooks, agents and checks must not get. */
export function trackerSecrets(config: Config): string[] {
  return trackerProfile(config.tracker.kind)?.secretVariables(config.tracker.provider) ?? [];
}
