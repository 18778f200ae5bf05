import {
  ActivityFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  log,
  patched,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { Poll, ProjectState } from '../domain/project.js';
import { known, slotsToGrant } from '../domain/project.js';
import { handleProjectMessages } from './project-messages.js';
import { changesLeft, refreshChanges, watchChanges } from './project-changes.js';
import { endHolds } from './project-holds.js';
import { attendHosts, clearHosts, tasksToTell } from './project-hosts.js';
import { applyPoll, grantSlots } from './project-dispatch.js';
import type { Project } from './project-context.js';
import { openProject, publishProject, uncut } from './project-context.js';
import { tracker, watcher } from './proxies.js';

/** Events after which a run is followed by another one, well before the server wants it: a replay stays short. */
const longHistory = 1_500;
/** A watch that failed is started again after this long, or at once by `continuo up`. */
const watchAgainMs = 60_000;

/**
 * The only scheduling authority of one workflow file: it watches the tracker, starts tasks while
 * slots are free, reconciles, and never ends. Its whole state is carried from run to run.
 */
export async function project(state: ProjectState): Promise<void> {
  const project = openProject(state);
  handleProjectMessages(project);

  const watching = new CancellationScope();
  const loops = watching.run(() =>
    Promise.all([
      watch(project),
      refresh(project),
      sweep(project),
      keepGranting(project),
      endHolds(project),
      attendHosts(project),
      clearHosts(project),
      watchChanges(project),
      refreshChanges(project),
    ]),
  );
  // Cancelled below, when the run is over; any other end of a loop is a fault of this code.
  loops.catch((error: unknown) => {
    if (!isCancellation(error)) project.fault = error instanceof Error ? error : new Error(String(error));
  });

  // Earlier versions went on to begin things until they happened to be at rest.
  if (patched('rest')) await comeToRest(project);
  else await condition(() => project.fault !== null || (isLong() && isAtRest(project)));
  if (project.fault !== null) throw project.fault;
  watching.cancel();
  await condition(allHandlersFinished);
  await startNewRun(project);
}

/** Waits until the history is long enough, and then until what has begun is over: what was asked for is in the state. */
async function comeToRest(project: Project): Promise<void> {
  const isFaulty = () => project.fault !== null;
  do {
    project.isEnding = false;
    await condition(() => isFaulty() || (isLong() && !project.sweepAsked));
    project.isEnding = true;
    await condition(() => isFaulty() || project.busy === 0);
  } while (project.sweepAsked && !isFaulty());
}

/** One long activity; it returns only when the tracker or the workflow file differs from what is known. */
async function watch(project: Project): Promise<never> {
  for (;;) {
    const scope = new CancellationScope();
    project.restartWatch = () => scope.cancel();
    try {
      await scope.run(() => watchOnce(project));
    } catch (error) {
      // A new host or configuration starts the watch anew; the end of the run ends it.
      if (!isCancellation(error) || CancellationScope.current().consideredCancelled) throw error;
    }
  }
}

/** A watch that fails is a problem that people see, and no end of the project. */
async function watchOnce(project: Project): Promise<void> {
  // First what is over, then what is new (SPEC 8.1).
  await condition(() => !project.sweepAsked);
  const { project: name, host, config } = project.state;
  const port = watcher({ project: name, host, summary: `Watch the tracker of ${name}` });
  try {
    const poll = await port.watch({ config: config.hash, project: project.state.project });
    await uncut(project, () => applyPoll(project, poll));
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
    const message = (error.cause ?? error).message;
    log.error('the tracker is not watched', { outcome: 'failed', error: message });
    project.state.problems = [{ where: 'scheduler', message: `the tracker is not watched: ${message}` }];
    publishProject(project);
    await sleep(watchAgainMs, { summary: 'watch again' });
  }
}

/** Workspaces of issues that were closed while nothing was up (SPEC 8.1, 8.6). */
async function sweep(project: Project): Promise<never> {
  for (;;) {
    await condition(() => project.sweepAsked);
    await uncut(project, async () => {
      const scope = new CancellationScope();
      project.restartSweep = () => scope.cancel();
      try {
        await scope.run(() => sweepOnce(project));
      } catch (error) {
        if (CancellationScope.current().consideredCancelled) throw error;
        // Another host does it now.
        if (isCancellation(error)) return;
        // What is left is looked for again the next time; the host has it in its log.
        if (!(error instanceof ActivityFailure)) throw error;
      }
      project.sweepAsked = false;
    });
  }
}

function sweepOnce({ state }: Project): Promise<unknown> {
  const { project, host } = state;
  const port = tracker({ project, host, summary: 'Clear away the workspaces of closed issues' });
  return port.sweep({ config: state.config.hash });
}

/** A look at the tracker between two looks of the watch: a slot became free, or somebody asked. */
async function refresh(project: Project): Promise<never> {
  for (;;) {
    await condition(() => project.refreshAsked);
    await uncut(project, async () => {
      project.refreshAsked = false;
      const scope = new CancellationScope();
      project.restartLook = () => scope.cancel();
      try {
        await applyPoll(project, await scope.run(() => look(project)));
      } catch (error) {
        if (CancellationScope.current().consideredCancelled) throw error;
        // Another host looks now.
        if (isCancellation(error)) project.refreshAsked = true;
        // The watch goes on looking and reports what is wrong.
        else if (!(error instanceof ActivityFailure)) throw error;
      }
    });
  }
}

function look({ state }: Project): Promise<Poll> {
  const { project, host } = state;
  const port = tracker({ project, host, summary: 'Look at the tracker now' });
  return port.poll({ config: state.config.hash, known: known(state) });
}

/** Tasks that ask for a slot get it in order; one that got a slot before comes ahead of new dispatch. */
async function keepGranting(project: Project): Promise<never> {
  for (;;) {
    await condition(() => slotsToGrant(project.state).length > 0);
    await uncut(project, async () => {
      await grantSlots(project, slotsToGrant(project.state));
      publishProject(project);
    });
  }
}

function isLong(): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return continueAsNewSuggested || historyLength > longHistory;
}

function isAtRest(project: Project): boolean {
  return (
    project.busy === 0 &&
    !project.refreshAsked &&
    !project.sweepAsked &&
    slotsToGrant(project.state).length === 0 &&
    tasksToTell(project.state).length === 0
  );
}

async function startNewRun(running: Project): Promise<never> {
  const { state, refreshAsked } = running;
  const changesAsked = changesLeft(running);
  return continueAsNew<typeof project>({
    ...state,
    ...(refreshAsked && { lookAsked: true }),
    ...(changesAsked !== null && { changesAsked }),
  });
}
