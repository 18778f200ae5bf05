import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { FailureType } from '../../domain/failure.js';
import type { LandingEntry } from '../../domain/landing.js';
import { landingWorkflowId } from '../../domain/landing.js';
import type { ForgePort, MergeOutcome } from '../../workflows/ports.js';
import { orBlocked, withTypedFailures } from '../git/failures.js';
import { heartbeating } from '../heartbeat.js';
import type { HostDeps } from '../host.js';
import { createChangeActivities } from './change-activities.js';
import { createChangeWatch } from './change-watch.js';
import { openForge } from './registry.js';

/** The forge port. `workflowQueue` is where landing trains run. */
export function createForgeActivities(
  deps: HostDeps,
  { workflowQueue }: { workflowQueue: string },
): ForgePort {
  return {
    ...createChangeActivities(deps),
    ...createChangeWatch(deps),

    /** The entry's key is the key: the train takes each one once. */
    requestLanding: ({ entry }) =>
      heartbeating(async () => {
        const { repository, file } = await deps.configs.get(entry.configHash);
        if (repository === null) {
          throw ApplicationFailure.nonRetryable(`${file} names no repository to land in`, FailureType.config);
        }
        const train = landingWorkflowId(repository.id, entry.base);
        await Context.current().client.workflow.signalWithStart('landing', {
          workflowId: train,
          taskQueue: workflowQueue,
          args: [{ repository: repository.id, base: entry.base, entries: [] }],
          signal: 'enqueue',
          signalArgs: [entry],
        });
        return { train };
      }),

    /** The candidate is the key: a base that has it is not moved again. */
    merge: ({ entry, candidate }) =>
      withTypedFailures(() =>
        heartbeating(async (signal) => {
          const forge = openForge(await deps.configs.get(entry.configHash), deps);
          return orBlocked(async () => withNextStep(await forge.merge({ entry, candidate, signal }), entry));
        }),
      ),
  };
}

/** Only a change that waits to land can be tried again. */
function withNextStep(outcome: MergeOutcome, { identifier }: LandingEntry): MergeOutcome {
  if (outcome.kind !== 'blocked') return outcome;
  return { ...outcome, message: `${outcome.message}, then continuo retry ${identifier}.` };
}
