import type { Config } from '../../../config/config.js';
import { GitHubError } from '../../github/errors.js';
import { inWords, needsPerson, orBlocked, withGitHubFailures } from '../../github/failure.js';
import type { ChangeStanding } from '../../../workflows/change-port.js';
import type { HostDeps } from '../../host.js';
import type { ChangeKeeper } from '../change-keeper.js';
import { closeChange } from './close.js';
import { mergeChange } from './merge.js';
import type { Surroundings } from './open.js';
import { openGitHubForge } from './open.js';
import { showChange } from './show.js';
import { withdrawChange } from './withdraw.js';

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
    withdraw: (input, signal) => leniently(input.number, () => withdrawChange(forge, input, signal)),
    close: (input) => leniently(input.number, () => closeChange(forge, input)),
  };

  /** What GitHub does not grant here keeps no task from going on. */
  function leniently(number: number, work: () => Promise<ChangeStanding>): Promise<ChangeStanding> {
    return withGitHubFailures(async () => {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof GitHubError) || !needsPerson(error)) throw error;
        const why = inWords(error);
        deps.log.warn('a pull request, or its branch, is left as it is', { number, why });
        return { mergedSha: null };
      }
    });
  }
}
