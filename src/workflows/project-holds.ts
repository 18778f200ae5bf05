import { condition, getExternalWorkflowHandle } from '@temporalio/workflow';
import { addHold, dropEnded, holdOf, nextEnd, stops } from '../domain/hold.js';
import { slotsToGrant } from '../domain/project.js';
import { taskWorkflowId } from '../domain/task.js';
import { deliver } from './deliver.js';
import type { TaskReport } from './messages.js';
import { slotHeldSignal } from './messages.js';
import { countSpent } from './project-budget.js';
import type { Project } from './project-context.js';
import { publishProject } from './project-context.js';

/**
 * Takes what a task reports. One that has used up a quota, or what all tasks may spend, stops all that share it; those that
 * ask for a slot are told until when.
 */
export async function heed(project: Project, report: TaskReport): Promise<void> {
  const { state } = project;
  const { agent } = state.config.view;
  const before = holdOf(state.holds, agent);
  if (report.quota !== undefined) {
    const { credential, ...hold } = report.quota;
    addHold(state.holds, credential, hold);
  }
  takeReport(project, report);
  const hold = holdOf(state.holds, agent);
  const isNews = hold?.message !== before?.message;
  for (const [id, task] of Object.entries(state.tasks)) {
    if (task.slot !== 'asked' || !stops(hold, task) || !(isNews || id === report.issue.id)) continue;
    const handle = getExternalWorkflowHandle(taskWorkflowId(state.project, task.issue.identifier));
    await deliver(() => handle.signal(slotHeldSignal, hold));
  }
}

function takeReport(project: Project, { issue, slot, evenIfHeld, spent, host, ...more }: TaskReport): void {
  const { tasks } = project.state;
  countSpent(project, issue.id, spent);
  const before = tasks[issue.id];
  const change = more.change ?? before?.change;
  const counted = spent ?? before?.counted;
  tasks[issue.id] = {
    issue,
    // A report that a slot is held is never sent; the project alone says so.
    slot: slot === 'asked' ? 'asked' : 'none',
    ...(evenIfHeld && { evenIfHeld }),
    ...(counted && { counted }),
    // An earlier version does not say where it is.
    host: host === undefined ? (before?.host ?? null) : host,
    ...(change !== undefined && { change }),
    ...(before?.told !== undefined && { told: before.told }),
  };
}

/** Ends holds when their time has come, and goes on with what they held up. */
export async function endHolds(project: Project): Promise<never> {
  const { state } = project;
  for (;;) {
    await condition(() => nextEnd(state.holds) !== null);
    const end = nextEnd(state.holds) ?? 0;
    const isChanged = () => nextEnd(state.holds) !== end;
    await condition(isChanged, Math.max(end - Date.now(), 1), { summary: 'a quota or a day' });
    dropEnded(state.holds, Date.now());
    if (nextEnd(state.holds) === null && slotsToGrant(state).length === 0) project.refreshAsked = true;
    publishProject(project);
  }
}
