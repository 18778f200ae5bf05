import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { Config } from '../../config/config.js';
import type { ChangeSeen } from '../../domain/change.js';
import { FailureType } from '../../domain/failure.js';
import type { ChangePort } from '../../workflows/change-port.js';
import { withGitHubFailures } from '../github/failure.js';
import { heartbeating } from '../heartbeat.js';
import type { HostDeps } from '../host.js';
import type { ChangeReader, Picture } from './change-reader.js';
import { keepFailedChecks } from './failed-checks.js';
import { passOn } from './pass-on.js';
import { openChangeReader } from './registry.js';
import type { OpenChange, TaskLine } from './task-line.js';
import { createTaskLine } from './task-line.js';

type WatchPort = Pick<ChangePort, 'lookAtChanges' | 'watchChanges' | 'rerunChecks' | 'readChecks'>;

/** Of the projects that a host serves, and of tasks that began under an earlier configuration. */
const keptReaders = 8;
const askAgainMs = 2_000;
/** While nothing changes, a look is at most this many times as long after the one before. */
const longestPause = 5;

/** How a test differs from the world. */
interface Surroundings {
  open?: (config: Config, deps: HostDeps) => ChangeReader | null;
  line?: TaskLine;
  pause?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** What is read of changes, and what their tasks are told of it. */
export function createChangeWatch(
  deps: HostDeps,
  { open = openChangeReader, line = temporalLine(), pause = sleepFor }: Surroundings = {},
): WatchPort {
  const readers = new Map<string, ChangeReader>();
  /** What each task was told last. A process that has just started tells it once more. */
  const told = new Map<string, string>();
  const inTurn = oneAtATime();

  async function readerOf(hash: string): Promise<ChangeReader> {
    const config = await deps.configs.get(hash);
    const reader = readers.get(hash) ?? open(config, deps);
    if (reader === null)
      throw ApplicationFailure.nonRetryable(
        `${config.file} names no forge that keeps changes`,
        FailureType.config,
      );
    readers.delete(hash);
    readers.set(hash, reader);
    for (const oldest of [...readers.keys()].slice(0, -keptReaders)) readers.delete(oldest);
    return reader;
  }

  /** Tells each task how its change is now; whether anything was new, or is about to be. */
  async function look(
    reader: ChangeReader,
    changes: readonly OpenChange[],
    isAsked: boolean,
  ): Promise<boolean> {
    const pictures = await reader.look(changes.map(({ number }) => number));
    let isLively = false;
    for (const change of changes) {
      const picture = pictures.get(change.number);
      if (picture === undefined) continue;
      const hasSpoken = await listen(reader, change, picture);
      const isNews = await see(change, picture.seen, isAsked);
      isLively ||= hasSpoken || isNews || isUnsettled(picture.seen);
    }
    return isLively;
  }

  async function see({ taskWorkflowId }: OpenChange, seen: ChangeSeen, isAsked: boolean): Promise<boolean> {
    const text = JSON.stringify(seen);
    const isNews = told.get(taskWorkflowId) !== text;
    if (isNews || isAsked) await line.see(taskWorkflowId, seen);
    told.set(taskWorkflowId, text);
    return isNews;
  }

  /** What people decide is heard before the task sees where that has led. */
  async function listen(
    reader: ChangeReader,
    change: OpenChange,
    { seen, words }: Picture,
  ): Promise<boolean> {
    let hasSpoken = false;
    for (const word of words) {
      const answer = await passOn(line, { ...change, headSha: seen.headSha }, word);
      if (answer === null) continue;
      await reader.answer(change.number, word, answer);
      hasSpoken = true;
    }
    return hasSpoken;
  }

  function forget(open: readonly OpenChange[], project: string): void {
    const ids = new Set(open.map(({ taskWorkflowId }) => taskWorkflowId));
    for (const id of told.keys()) if (id.startsWith(`task/${project}/`) && !ids.has(id)) told.delete(id);
  }

  return {
    /** Reads, and tells what there is: the ids of what was said are the key. */
    lookAtChanges: ({ config, project, numbers }) =>
      typed(async () => {
        const reader = await readerOf(config);
        const open = (await line.openChanges(project)) ?? [];
        const asked = open.filter(({ number }) => numbers?.includes(number) ?? true);
        // Who asks for one wants to hear of it in any case.
        await inTurn(project, () => look(reader, asked, numbers !== null));
      }),

    /** As `lookAtChanges`, until it is cancelled. A forge that cannot be asked is waited for by Temporal's own timers. */
    watchChanges: ({ config, project, isTroubled = false }) =>
      typed(
        async (signal) => {
          const reader = await readerOf(config);
          for (let quiet = 0; ;) {
            const open = await line.openChanges(project);
            let waitMs = askAgainMs;
            if (open !== null) {
              forget(open, project);
              quiet = (await inTurn(project, () => look(reader, open, false))) ? 0 : quiet + 1;
              if (isTroubled) return;
              waitMs = reader.refreshMs * Math.min(2 ** quiet, longestPause);
            }
            await pause(waitMs, signal);
          }
        },
        { isTold: true },
      ),

    /** The commit is the key: what runs once more already is not asked for again. */
    rerunChecks: ({ config, number, sha }) =>
      typed(async () => ({ isRerun: await (await readerOf(config)).rerun(number, sha) })),

    /** Reads; the commit is the key of the logs that it leaves in the run directory. */
    readChecks: ({ config: hash, number, sha, workspace }) =>
      typed(async () => {
        const config = await deps.configs.get(hash);
        const failed = await (await readerOf(hash)).failedChecks(number, sha);
        return keepFailedChecks({ env: deps.env, config, runPath: workspace.runPath, sha }, failed);
      }),
  };
}

function sleepFor(ms: number, signal: AbortSignal): Promise<void> {
  return sleep(ms, undefined, { signal });
}

/** Heartbeats while it works. */
function typed<T>(work: (signal: AbortSignal) => Promise<T>, told = { isTold: false }): Promise<T> {
  return withGitHubFailures(() => heartbeating(work), told);
}

/** It will be another one soon, whatever people do. */
function isUnsettled({ state, fit, isQueued, checks }: ChangeSeen): boolean {
  if (state !== 'open') return false;
  return fit === 'unknown' || isQueued || checks.some((check) => check.state === 'pending');
}

function temporalLine(): TaskLine {
  return createTaskLine({
    client: () => Context.current().client,
    cancelled: () => Context.current().cancelled,
  });
}

/** Two looks at the same time would answer people twice. */
function oneAtATime() {
  const last = new Map<string, Promise<unknown>>();
  return async <T>(project: string, work: () => Promise<T>): Promise<T> => {
    const mine = (last.get(project) ?? Promise.resolve()).then(work, work);
    last.set(project, mine);
    return mine;
  };
}
