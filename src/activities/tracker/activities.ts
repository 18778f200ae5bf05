import { Context, metricMeter } from '@temporalio/activity';
import { CancelledFailure, WorkflowNotFoundError } from '@temporalio/common';
import type { Config } from '../../config/config.js';
import { trackerProfile } from '../../config/tracker-profiles.js';
import { viewOf } from '../../config/view.js';
import { ledgerRecord } from '../../domain/ledger.js';
import { summarizeIssue } from '../../domain/issue.js';
import type { Observation } from '../../domain/observation.js';
import { compareWithKnown, queueLength } from '../../domain/observation.js';
import type { Known } from '../../domain/project.js';
import { projectWorkflowId } from '../../domain/project.js';
import type { TaskState } from '../../domain/task.js';
import type { TrackerPort } from '../../workflows/ports.js';
import type { Attempt } from '../attempt.js';
import { withTypedFailures } from '../git/failures.js';
import { heartbeating } from '../heartbeat.js';
import type { HostDeps } from '../host.js';
import { createScheduleKeeper } from '../schedules/keeper.js';
import { claimIssue } from './claim.js';
import { TrackerError, trackerFailure } from './error.js';
import { currentHolder } from './holder.js';
import { fingerprint } from './fingerprint.js';
import { lookAtFile } from './file-look.js';
import { writeLedger } from './ledger.js';
import { createLook } from './look.js';
import type { WorkflowState } from './look.js';
import { createPacing } from './pauses.js';
import { openTracker } from './registry.js';
import { stampOf } from './reload.js';
import { sweepWorkspaces } from './sweep.js';
import { withLink } from './tell.js';
import type { Tracker } from './tracker.js';
import { transitionIssue } from './transition.js';
import { watchUntilChange } from './watch.js';

/** Of the projects that a host serves, and of tasks that began under an earlier configuration. */
const keptTrackers = 8;

/** The tracker port, and the ledger of closed tasks. `open` builds the adapter of a configuration. */
export function createTrackerActivities(
  deps: HostDeps,
  open: (config: Config, deps: HostDeps) => Tracker = openTracker,
): TrackerPort {
  const paced = createPacing();
  const trackerOf = keepOpen((config) => paced(config.hash, open(config, deps)));
  const keepSchedules = createScheduleKeeper(deps);
  const newLook = (openTracker = trackerOf) =>
    createLook({ ...deps, openTracker, workflowState, keepSchedules });
  /** Somebody has asked for this look: what was read a while ago is no answer. */
  const anew = (config: Config) => {
    const tracker = trackerOf(config);
    tracker.forget?.();
    return tracker;
  };

  return {
    /** Reads only, so it may be repeated at any time. */
    watch: ({ config, project }) =>
      typed(async (signal) => {
        const { file } = await deps.configs.get(config);
        return watchUntilChange(
          {
            askKnown: () => askKnown(deps, project),
            look: newLook(),
            seen: queueMeter(project),
            stamp: () => stampOf(file),
            lookAtFile: (known) => lookAtFile(deps, known),
          },
          signal,
        );
      }),

    /** Reads only, so it may be repeated at any time. */
    poll: ({ known }) =>
      typed(async () => {
        const { observation } = await newLook(anew)(known);
        return compareWithKnown(known, observation);
      }),

    /** The workspace is the key: what is gone stays gone. */
    sweep: ({ config: hash }) =>
      typed(async (signal, attempt) => {
        const config = await deps.configs.get(hash);
        const tracker = trackerOf(config);
        return { swept: await sweepWorkspaces({ deps, config, tracker, workflowState, signal, attempt }) };
      }),

    /** Reads only, so it may be repeated at any time. */
    find: ({ config, identifier }) =>
      typed(async () => {
        const issue = await trackerOf(await deps.configs.get(config)).findIssue(identifier);
        return issue === null ? null : { issue: summarizeIssue(issue), fingerprint: fingerprint(issue) };
      }),

    /** The issue id is the key; where the tracker keeps claims, the project has its own again. */
    claim: ({ config: hash, ...asked }) =>
      typed(async () => {
        const config = await deps.configs.get(hash);
        const holder = () => currentHolder(config.project);
        return claimIssue({ ...asked, holder, rules: viewOf(config).tracker, tracker: trackerOf(config) });
      }),

    /** The issue id and the state are the key: an issue that was moved is in no active state any more. */
    transition: (input) =>
      typed(async (signal) => {
        const config = await deps.configs.get(input.config);
        return transitionIssue({ deps, config, tracker: trackerOf(config), input, signal });
      }),

    /** The issue and the project are the key: there is one such text, and the same one is not written again. */
    tell: ({ config: hash, issueId, text }) =>
      typed(async () => {
        const config = await deps.configs.get(hash);
        const { key } = await currentHolder(config.project);
        await trackerOf(config).desk?.tell(issueId, withLink(text, deps.env), key);
      }),

    /** The workflow id and the run id are the key: a repetition writes the same record. */
    settle: ({ config: hash, state, outcome }) =>
      typed(async () => {
        const { workflowId, runId } = runOf();
        await writeLedger(deps.paths, ledgerRecord(state, outcome, { workflowId, runId }));
        if (!keepsClaims(state)) return;
        const { desk } = trackerOf(await deps.configs.get(hash));
        await desk?.release(state.issue.id, await currentHolder(state.project));
      }),
  };
}

/** An adapter may remember what it has read, such as the tasks of a commit: the newest configurations keep theirs. */
function keepOpen(open: (config: Config) => Tracker): (config: Config) => Tracker {
  const kept = new Map<string, Tracker>();
  return (config) => {
    const tracker = kept.get(config.hash) ?? open(config);
    kept.delete(config.hash);
    kept.set(config.hash, tracker);
    for (const oldest of [...kept.keys()].slice(0, -keptTrackers)) kept.delete(oldest);
    return tracker;
  };
}

/** A host may have lost the configuration of a task that is over: it is read only for a claim that there may be. */
function keepsClaims({ config, issue }: TaskState): boolean {
  const profile = trackerProfile(config?.view.tracker.kind ?? '');
  return issue.source === 'tracker' && profile?.inRepository === false;
}

function runOf(): { workflowId: string; runId: string } {
  const { workflowExecution } = Context.current().info;
  if (workflowExecution === undefined) throw new TypeError('settle runs in a workflow only');
  return workflowExecution;
}

/** Heartbeats while it works; tracker errors get their type where they leave the port. */
async function typed<T>(work: (signal: AbortSignal, attempt: Attempt) => Promise<T>): Promise<T> {
  try {
    return await withTypedFailures(() => heartbeating(work));
  } catch (error) {
    throw error instanceof TrackerError ? trackerFailure(error) : error;
  }
}

/** Tells the metrics how long the queue is. */
function queueMeter(project: string): (known: Known, seen: Observation) => void {
  const gauge = metricMeter.createGauge(
    'continuo_queue_length',
    'int',
    '',
    'Issues and tasks that wait to run',
  );
  return (known, seen) => {
    const length = queueLength(known, seen);
    if (length !== null) gauge.set(length, { project });
  };
}

/** Null while the project cannot answer: the watch goes on and asks again. */
async function askKnown({ log }: HostDeps, project: string): Promise<Known | null> {
  const { client } = Context.current();
  try {
    return await whileWanted(client.workflow.getHandle(projectWorkflowId(project)).query<Known>('known'));
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || error instanceof CancelledFailure) throw error;
    log.warn('project does not answer', { project, error: String(error) });
    return null;
  }
}

async function workflowState(workflowId: string): Promise<WorkflowState> {
  const { client } = Context.current();
  try {
    const { status } = await whileWanted(client.workflow.getHandle(workflowId).describe());
    switch (status.name) {
      case 'COMPLETED':
      case 'FAILED':
      case 'CANCELLED':
      case 'TERMINATED':
      case 'TIMED_OUT':
        return 'closed';
      default:
        return 'open';
    }
  } catch (error) {
    if (error instanceof CancelledFailure) throw error;
    // Nothing is taken from a task because the server did not answer.
    return error instanceof WorkflowNotFoundError ? 'missing' : 'open';
  }
}

/** A worker's own connection cannot abort a call, and a query waits for a worker that may be going away. */
function whileWanted<T>(answer: Promise<T>): Promise<T> {
  return Promise.race([answer, Context.current().cancelled]);
}
