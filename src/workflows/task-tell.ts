import { CancellationScope, condition, patched } from '@temporalio/workflow';
import { statusOf } from '../domain/status.js';
import { renderStatusComment } from '../domain/status-comment.js';
import type { TaskState } from '../domain/task.js';
import { tracker } from './proxies.js';
import { attempt } from './task-attempt.js';
import type { Task } from './task-context.js';

/**
 * Tells people in the tracker how the task gets on, whenever phase or wait have changed. What changes while one is told
 * is told together: the newest is what counts. Ends when the task is over and all of it is told.
 */
export function keepTold(task: Task): Promise<void> {
  return CancellationScope.nonCancellable(async () => {
    for (;;) {
      await condition(() => task.news || task.isOver);
      if (!task.news) return;
      task.news = false;
      task.telling = true;
      if (isTold(task.state) && patched('status-comment')) await attempt(task, () => tell(task));
      task.telling = false;
    }
  });
}

async function tell({ state }: Task): Promise<void> {
  const { config, host, project, issue } = state;
  if (config === null || host === null) return;
  const port = tracker({ project, host, summary: `Tell on ${issue.identifier} how it gets on` });
  const text = renderStatusComment(statusOf(state));
  await port.tell({ config: config.hash, issueId: issue.id, text });
}

/** Before it has claimed the issue a task says nothing there: it may be somebody else's. */
function isTold({ config, issue, workspace, stage: { phase } }: TaskState): boolean {
  const hasBegun = workspace !== null || phase === 'prepare' || phase === 'failed';
  return config?.view.tracker.told === true && issue.source === 'tracker' && hasBegun;
}
