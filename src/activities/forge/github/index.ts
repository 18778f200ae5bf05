import type { Config } from '../../../config/config.js';
import { GitHubError } from '../../github/errors.js';
import { inWords, needsPerson, orBlocked, withGitHubFailures } from '../../github/failure.js';
import type { HostDeps } from '../../host.js';
import type { ChangeKeeper } from '../change-keeper.js';
import { closeChange } from './close.js';
import { mergeChange } from './merge.js';
import type { Surroundings } from './open.js';
import { openGitHubForge } from './open.js';
import { showChange } from './show.js';

/** Pull requests of a repository on GitHub (docs/forges/github.md). */
export function createGitHubKeeper(
  config: Config,
  deps: Pick<HostDeps, 'paths' | 'env' | 'log'>,
  around: Surroundings = {},
): ChangeKeeper {
  const forge = openGitHubForge(config, deps.env, around);
  return {
    show: (input, signal) =>
      withGitHubFailures(() => orBlocked(() => showChange({ deps, config, forge, input, signal }))),
    merge: (input, signal) => withGitHubFailures(() => orBlocked(() => mergeChange(forge, input, signal))),
    close: (input) =>
      withGitHubFailures(async () => {
        try {
          return await closeChange(forge, input);
        } catch (error) {
          if (!(error instanceof GitHubError) || !needsPerson(error)) throw error;
          // The task is over all the same.
          deps.log.warn('a pull request, or its branch, is left as it is', {
            number: input.number,
            why: inWords(error),
          });
          return { mergedSha: null };
        }
      }),
  };
}
