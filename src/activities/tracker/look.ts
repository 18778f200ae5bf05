import { basename } from 'node:path';
import type { Config } from '../../config/config.js';
import { refOf } from '../../config/view.js';
import type { Issue } from '../../domain/issue.js';
import { refreshable } from '../../domain/observation.js';
import type { Observation, Sighting } from '../../domain/observation.js';
import type { Known, Problem } from '../../domain/project.js';
import { isStopped } from '../../domain/project.js';
import { taskWorkflowId } from '../../domain/task.js';
import type { HostDeps } from '../host.js';
import { schedulesPlace } from '../schedules/keep.js';
import { TrackerError } from './error.js';
import { sighting } from './fingerprint.js';
import { createProblemLog } from './problem-log.js';
import { bounded, trackerPlace } from './problems.js';
import { noteReload, reload } from './reload.js';
import type { IssueList, Tracker } from './tracker.js';

/** What Temporal says of a task's workflow. */
export type WorkflowState = 'open' | 'closed' | 'missing';

export interface LookDeps extends Pick<HostDeps, 'configs' | 'env' | 'log'> {
  openTracker(config: Config): Tracker;
  workflowState(workflowId: string): Promise<WorkflowState>;
  /** Brings the schedules of a configuration into force; says what could not be done. */
  keepSchedules(config: Config): Promise<Problem[]>;
}

/** One look at the workflow file, the tracker and the workflows of tasks that hold a slot. */
export interface Look {
  observation: Observation;
  /** When to look again. */
  intervalMs: number;
}

/** A task that holds a slot is looked up at each look; all the others, of which there may be many, at every tenth. */
const thoroughEvery = 10;

/**
 * Makes the function that looks. It says each problem once in the log, and takes a missing workflow for closed when it
 * is missing twice.
 */
export function createLook(deps: LookDeps): (known: Known) => Promise<Look> {
  const noteProblems = createProblemLog(deps.log);
  let suspects = new Set<string>();
  let looks = 0;

  async function closedTasks(project: string, known: Known): Promise<string[]> {
    looks += 1;
    const isThorough = looks % thoroughEvery === 0;
    const described = Object.entries(known.tasks).filter(([, { slot }]) => slot === 'held' || isThorough);
    const missing = new Set<string>();
    const closed = await Promise.all(
      described.map(async ([id, { issue }]) => {
        const state = await deps.workflowState(taskWorkflowId(project, issue.identifier));
        // The project writes a task down before its workflow exists.
        if (state === 'missing') missing.add(id);
        return state === 'closed' || (state === 'missing' && suspects.has(id)) ? [id] : [];
      }),
    );
    suspects = missing;
    return closed.flat();
  }

  return async (known) => {
    const reloaded = await reload(deps, known.configHash);
    noteReload(deps.log, known, reloaded);
    const { config, problems: broken } = reloaded;
    const ofSchedules = await deps.keepSchedules(config);
    const tracker = deps.openTracker(config);
    const refreshed = await attempt(() => refresh(tracker, refreshable(known)));
    const active = await attempt(() => tracker.fetchIssuesByStates(config.tracker.active_states));
    const error = active.error ?? refreshed.error;
    const failed = error === null ? [] : [{ where: trackerPlace, message: error.message }];

    const workflowFile = basename(config.file);
    const ofIssues =
      active.value?.problems ??
      known.problems.filter(({ where }) => ![trackerPlace, schedulesPlace, workflowFile].includes(where));
    const problems = bounded([...broken, ...ofSchedules, ...failed, ...ofIssues]);
    noteProblems({ workflowFile, tracker: trackerPlace }, problems, known.problems);
    return {
      observation: {
        config: refOf(config),
        dispatching: !isStopped(reloaded),
        active: sightings(active.value),
        refreshed: refreshed.value?.issues.map(sighting) ?? null,
        malformed: refreshed.value?.malformed ?? [],
        problems,
        closed: await closedTasks(config.project, known),
      },
      intervalMs: config.polling.interval_ms,
    };
  };
}

function sightings(list: IssueList | null): Sighting[] | null {
  return list === null ? null : list.issues.map((issue: Issue) => sighting(issue));
}

/** A malformed record concerns its own task alone: the others are read without it. */
async function refresh(
  tracker: Tracker,
  ids: readonly string[],
  malformed: readonly string[] = [],
): Promise<{ issues: Issue[]; malformed: string[] }> {
  const asked = ids.filter((id) => !malformed.includes(id));
  try {
    return { issues: await tracker.fetchIssuesByIds(asked), malformed: [...malformed] };
  } catch (error) {
    const more = error instanceof TrackerError ? error.malformed.filter((id) => asked.includes(id)) : [];
    if (more.length === 0) throw error;
    return refresh(tracker, asked, [...malformed, ...more]);
  }
}

type Attempt<T> = { value: T; error: null } | { value: null; error: TrackerError };

/** A tracker that cannot be read stops nothing that runs (SPEC 8.5, 11.4). */
async function attempt<T>(work: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await work(), error: null };
  } catch (error) {
    if (error instanceof TrackerError) return { value: null, error };
    throw error;
  }
}
