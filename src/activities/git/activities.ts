import { ApplicationFailure } from '@temporalio/common';
import type { Config } from '../../config/config.js';
import { FailureType } from '../../domain/failure.js';
import type { GitPort } from '../../workflows/ports.js';
import type { Attempt } from '../attempt.js';
import { currentWorkflow, placesOf, turnKey } from '../attempt.js';
import { heartbeating } from '../heartbeat.js';
import type { HostDeps } from '../host.js';
import { endStrays } from '../keeper/strays.js';
import { adoptCommits } from './adopt.js';
import { makeCheckpoint } from './checkpoint.js';
import { cleanUpWorkspace } from './clean-up.js';
import { orBlocked, withTypedFailures } from './failures.js';
import { prepareWorkspace } from './prepare.js';
import { rebaseEntry } from './rebase.js';
import { restoreCheckpoint } from './restore.js';
import type { LandingEdits } from './rebase.js';
import { takeInBase } from './take-in-base.js';

/** The git port: workspaces, checkpoints, and the commits that are to be landed. */
export function createGitActivities(
  deps: HostDeps,
  { landingEdits }: { landingEdits: LandingEdits },
): GitPort {
  const configured = <T>(
    hash: string,
    work: (config: Config, signal: AbortSignal, attempt: Attempt) => Promise<T>,
  ) =>
    withTypedFailures(() =>
      heartbeating(async (signal, attempt) => {
        signal.throwIfAborted();
        return work(await deps.configs.get(hash), signal, attempt);
      }),
    );

  return {
    /** Project and identifier are the key: a repetition finds the workspace. */
    prepare: (input) =>
      configured(input.config, (config, signal, attempt) =>
        prepareWorkspace({ ...input, deps, config, signal, attempt }),
      ),

    /** The tree is the key: the same files give the same checkpoint. */
    checkpoint: (input) =>
      configured(input.config, async (config, signal) => {
        const { repository } = config;
        const waiting = input.waitingTurn === undefined ? null : turnKey(input.waitingTurn);
        // A turn that was cancelled while no worker was there has left its agent at work.
        await endStrays(
          placesOf(input.workspace.runPath),
          currentWorkflow().workflowId,
          (key) => key === waiting,
        );
        if (repository === null) return { kind: 'unchanged', sha: null, risks: [], notes: [] };
        return makeCheckpoint({ deps, config, repository, input, signal });
      }),

    /** The commit is the key: its files are put back again, which makes no second checkpoint. */
    restore: ({ sha, ...input }) =>
      configured(input.config, async (config, signal) => {
        await endStrays(placesOf(input.workspace.runPath), currentWorkflow().workflowId);
        return restoreCheckpoint({ deps, config, repository: needRepository(config), input, sha, signal });
      }),

    /** The commit is the key: what the checkpoints have already is not taken in again. */
    adopt: ({ sha, branch, from, ...input }) =>
      configured(input.config, (config, signal) =>
        adoptCommits({ deps, config, repository: needRepository(config), input, sha, branch, from, signal }),
      ),

    /** The entry and the base, or the commit that it is put on, are the key: they decide every byte of the commit. */
    rebase: ({ entry, onto = null }) =>
      configured(entry.configHash, (config, signal) =>
        orBlocked(() =>
          rebaseEntry({
            deps,
            config,
            repository: needRepository(config),
            entry,
            onto,
            landingEdits,
            signal,
          }),
        ),
      ),

    /** The entry and the base are the key: what is in the files already is not put there again. */
    takeInBase: ({ entry, baseSha }) =>
      configured(entry.configHash, (config) => takeInBase({ deps, config, entry, baseSha })),

    /** The workspace is the key: what is gone stays gone. */
    cleanUp: (input) =>
      configured(input.config, (config, signal, attempt) =>
        cleanUpWorkspace({ deps, config, owner: currentWorkflow().workflowId, input, signal, attempt }),
      ),
  };
}

function needRepository({ repository, file }: Config): NonNullable<Config['repository']> {
  if (repository !== null) return repository;
  throw ApplicationFailure.nonRetryable(`${file} names no repository`, FailureType.config);
}
