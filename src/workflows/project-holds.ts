import { condition, getExternalWorkflowHandle } from '@temporalio/workflow';
import { addHold, dropEnded, holdOf, nextEnd } from '../domain/hold.js';
import { slotsToGrant } from '../domain/project.js';
import { taskWorkflowId } from '../domain/task.js';
import { deliver } from './deliver.js';
import type { TaskReport } from './messages.js';
import { slotHeldSignal } from './messages.js';
import type { Project } from './project-context.js';
import { publishProject } from './project-context.js';

/** A task that has used up a quota stops all that share it; one that asks meanwhile is told until when. */
export async function heed(project: Project, { issue, slot, quota, evenIfHeld }: TaskReport): Promise<void> {
  const { state } = project;
  if (quota !== undefined) {
    const { credential, ...hold } = quota;
    addHold(state.holds, credential, hold);
  }
  const hold = holdOf(state.holds, state.config.view.agent);
  if (hold === null || slot !== 'asked' || evenIfHeld === true) return;
  const handle = getExternalWorkflowHandle(taskWorkflowId(state.project, issue.identifier));
  await deliver(() => handle.signal(slotHeldSignal, hold));
}

/** Ends holds when their time has come, and goes on with what they held up. */
export async function endHolds(project: Project): Promise<never> {
  const { state } = project;
  for (;;) {
    await condition(() => nextEnd(state.holds) !== null);
    const end = nextEnd(state.holds) ?? 0;
    const isChanged = () => nextEnd(state.holds) !== end;
    await condition(isChanged, Math.max(end - Date.now(), 1), { summary: 'a quota comes back' });
    dropEnded(state.holds, Date.now());
    if (nextEnd(state.holds) === null && slotsToGrant(state).length === 0) project.refreshAsked = true;
    publishProject(project);
  }
}
