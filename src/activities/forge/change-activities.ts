import type { Config } from '../../config/config.js';
import type { ChangePort } from '../../workflows/change-port.js';
import { orBlocked as repositoryOrBlocked, withTypedFailures } from '../git/failures.js';
import { heartbeating } from '../heartbeat.js';
import type { HostDeps } from '../host.js';
import type { ChangeKeeper } from './change-keeper.js';
import { openChangeKeeper } from './registry.js';

type ChangeActivities = Pick<ChangePort, 'showChange' | 'mergeChange' | 'withdrawChange' | 'closeChange'>;

/** Writes to the changes of a forge that keeps them. */
export function createChangeActivities(deps: HostDeps): ChangeActivities {
  const keepers = new WeakMap<Config, ChangeKeeper>();

  async function at<T>(
    hash: string,
    work: (keeper: ChangeKeeper, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return withTypedFailures(() =>
      heartbeating(async (signal) => {
        const config = await deps.configs.get(hash);
        const keeper = keepers.get(config) ?? openChangeKeeper(config, deps);
        keepers.set(config, keeper);
        return work(keeper, signal);
      }),
    );
  }

  return {
    /** The task's branch is the key, and of what is written the ids in it: it is looked for before it is written. */
    showChange: (input) =>
      at(input.config, (keeper, signal) => repositoryOrBlocked(() => keeper.show(input, signal))),

    /** The commit is the key: one that is merged is not merged again. */
    mergeChange: (input) => at(input.config, (keeper, signal) => keeper.merge(input, signal)),

    /** The number is the key: what is in no queue is left as it is. */
    withdrawChange: (input) => at(input.config, (keeper, signal) => keeper.withdraw(input, signal)),

    /** The number is the key: what is closed or gone stays so. */
    closeChange: (input) => at(input.config, (keeper) => keeper.close(input)),
  };
}
