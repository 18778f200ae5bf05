import {
  ActivityFailure,
  CancellationScope,
  condition,
  isCancellation,
  log,
  setHandler,
  sleep,
} from '@temporalio/workflow';
import type { ChangesAsked } from '../domain/project.js';
import { forgePlace, isOfForge } from '../domain/project.js';
import { taskWorkflowId } from '../domain/task.js';
import * as messages from './messages.js';
import type { Project } from './project-context.js';
import { publishProject } from './project-context.js';
import { changes, changesWatcher } from './proxies.js';

const watchAgainMs = 60_000;

/** Registers what concerns the changes that tasks have open. */
export function handleChanges(project: Project): void {
  const { state } = project;
  setHandler(messages.changesQuery, () => openChanges(project));

  setHandler(messages.changeOpenedSignal, ({ issueId, number }) => {
    const task = state.tasks[issueId];
    if (task !== undefined) task.change = number;
  });

  setHandler(messages.refreshChangesSignal, ({ numbers }) => {
    const asked = { numbers: numbers ?? [], all: numbers === null };
    project.changesAsked = both(project.changesAsked, asked);
  });
}

function openChanges({ state }: Project): messages.OpenChange[] {
  return Object.values(state.tasks).flatMap(({ issue, change }) =>
    change === undefined
      ? []
      : [{ taskWorkflowId: taskWorkflowId(state.project, issue.identifier), number: change }],
  );
}

/** Has the changes be looked at by another host, or by another configuration. */
export function restartChanges(project: Project): void {
  project.restartChanges();
  project.restartChangesLook();
}

/** Has one long activity look after the changes while there are any. */
export async function watchChanges(project: Project): Promise<never> {
  for (;;) {
    if (openChanges(project).length === 0) forgetTrouble(project);
    await condition(() => openChanges(project).length > 0);
    const scope = new CancellationScope();
    project.restartChanges = () => scope.cancel();
    try {
      await scope.run(() => watchOnce(project));
    } catch (error) {
      // A new host or configuration starts it anew; the end of the run ends it.
      if (!isCancellation(error) || CancellationScope.current().consideredCancelled) throw error;
    }
  }
}

async function watchOnce(project: Project): Promise<void> {
  const { project: name, host, config } = project.state;
  const port = changesWatcher({ project: name, host, summary: `Watch the changes of ${name}` });
  const isTroubled = project.state.problems.some(isOfForge);
  try {
    await port.watchChanges({ config: config.hash, project: name, ...(isTroubled && { isTroubled }) });
    forgetTrouble(project);
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
    const message = `changes are not watched: ${(error.cause ?? error).message}`;
    log.error('changes are not watched', { outcome: 'failed', error: message });
    const others = project.state.problems.filter((one) => !isOfForge(one));
    project.state.problems = [...others, { where: forgePlace, message }];
    publishProject(project);
    await sleep(watchAgainMs, { summary: 'watch again' });
  }
}

function forgetTrouble(project: Project): void {
  const { state } = project;
  if (!state.problems.some(isOfForge)) return;
  state.problems = state.problems.filter((one) => !isOfForge(one));
  publishProject(project);
}

/**
 * Looks between two looks of the watch, because somebody has asked. It may take as long as the forge is down, so a new run
 * of the project does not wait for it, and asks again.
 */
export async function refreshChanges(project: Project): Promise<never> {
  for (;;) {
    await condition(() => project.changesAsked !== null);
    const asked = project.changesAsked;
    Object.assign(project, { changesAsked: null, changesLookedAt: asked });
    const scope = new CancellationScope();
    project.restartChangesLook = () => scope.cancel();
    try {
      if (asked !== null) await scope.run(() => look(project, asked));
    } catch (error) {
      if (CancellationScope.current().consideredCancelled) throw error;
      // Another host looks now.
      if (isCancellation(error)) project.changesAsked = changesLeft(project);
      // The watch looks again, and says so where it cannot.
      else if (!(error instanceof ActivityFailure)) throw error;
    }
    project.changesLookedAt = null;
  }
}

/** Whoever has asked for one by its number is told in any case, and the others of what is new. */
async function look(project: Project, { numbers, all }: ChangesAsked): Promise<void> {
  const { project: name, host, config } = project.state;
  const port = changes({ project: name, host, summary: 'Look at changes' });
  const open = openChanges(project).map(({ number }) => number);
  const named = numbers.filter((number) => open.includes(number));
  const input = { config: config.hash, project: name };
  if (named.length > 0) await port.lookAtChanges({ ...input, numbers: named });
  if (all && open.length > 0) await port.lookAtChanges({ ...input, numbers: null });
}

/** What was asked for and is not done. */
export function changesLeft({ changesAsked, changesLookedAt }: Project): ChangesAsked | null {
  return changesLookedAt === null ? changesAsked : both(changesAsked, changesLookedAt);
}

function both(one: ChangesAsked | null, other: ChangesAsked): ChangesAsked {
  if (one === null) return other;
  return { numbers: [...new Set([...one.numbers, ...other.numbers])], all: one.all || other.all };
}
