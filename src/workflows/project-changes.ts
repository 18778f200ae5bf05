import {
  ActivityFailure,
  CancellationScope,
  condition,
  isCancellation,
  log,
  setHandler,
  sleep,
} from '@temporalio/workflow';
import { taskWorkflowId } from '../domain/task.js';
import * as messages from './messages.js';
import type { Project } from './project-context.js';
import { publishProject, uncut } from './project-context.js';
import { changes, changesWatcher } from './proxies.js';

const watchAgainMs = 60_000;
/** More than this at once is a look at all of them. */
const mostAsked = 50;

/** Registers what concerns the changes that tasks have open. */
export function handleChanges(project: Project): void {
  const { state } = project;
  setHandler(messages.changesQuery, () => openChanges(project));

  setHandler(messages.changeOpenedSignal, ({ issueId, number }) => {
    const task = state.tasks[issueId];
    if (task !== undefined) task.change = number;
  });

  setHandler(messages.refreshChangesSignal, ({ numbers }) => {
    const asked = project.changesAsked;
    const both = numbers === null || asked === 'all' ? null : [...new Set([...(asked ?? []), ...numbers])];
    project.changesAsked = both === null || both.length > mostAsked ? 'all' : both;
  });
}

function openChanges({ state }: Project): messages.OpenChange[] {
  return Object.values(state.tasks).flatMap(({ issue, change }) =>
    change === undefined
      ? []
      : [{ taskWorkflowId: taskWorkflowId(state.project, issue.identifier), number: change }],
  );
}

/** Has one long activity look after the changes while there are any. */
export async function watchChanges(project: Project): Promise<never> {
  for (;;) {
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
  try {
    await port.watchChanges({ config: config.hash, project: name });
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
    const message = (error.cause ?? error).message;
    log.error('changes are not watched', { outcome: 'failed', error: message });
    project.state.problems = [{ where: 'forge', message: `changes are not watched: ${message}` }];
    publishProject(project);
    await sleep(watchAgainMs, { summary: 'watch again' });
  }
}

/** A look between two looks of the watch: somebody has asked. */
export async function refreshChanges(project: Project): Promise<never> {
  for (;;) {
    await condition(() => project.changesAsked !== null);
    await uncut(project, async () => {
      const asked = project.changesAsked;
      project.changesAsked = null;
      const { project: name, host, config } = project.state;
      const port = changes({ project: name, host, summary: 'Look at changes' });
      const numbers = asked === 'all' ? null : asked;
      try {
        await port.lookAtChanges({ config: config.hash, project: name, numbers });
      } catch (error) {
        // The watch looks again, and says so where it cannot.
        if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
      }
    });
  }
}
