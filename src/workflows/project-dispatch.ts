import {
  getExternalWorkflowHandle,
  log,
  ParentClosePolicy,
  startChild,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { ConfigRef } from '../domain/config-view.js';
import type { Issue, IssueSummary } from '../domain/issue.js';
import { unreadIssue } from '../domain/issue.js';
import type { IssueChange, Place, Poll } from '../domain/project.js';
import { grantOf, isHeld, isOfForge, isStopped, placeFor } from '../domain/project.js';
import { taskWorkflowId } from '../domain/task.js';
import { noUsage } from '../domain/usage.js';
import { deliver } from './deliver.js';
import type { TaskInput } from './messages.js';
import { logFieldsOf } from './log-fields.js';
import { configuredSignal, issueObservedSignal, slotGrantedSignal } from './messages.js';
import { weighBudgets } from './project-budget.js';
import { restartChanges } from './project-changes.js';
import type { Project } from './project-context.js';
import { publishProject } from './project-context.js';
import { taskAttributes } from './search-attributes.js';
import type { task } from './task.js';

/** Takes over what a look at the tracker found, reconciliation before dispatch (SPEC 8.1). */
export async function applyPoll(project: Project, poll: Poll): Promise<void> {
  const { state } = project;
  if (poll.config !== null) await configure(project, poll.config);
  if (poll.problems !== null) state.problems = [...poll.problems, ...state.problems.filter(isOfForge)];
  for (const id of poll.unsettled) delete state.settled[id];
  for (const id of poll.closed) settleClosed(project, id);
  for (const change of poll.changes) await tellTask(project, change);
  for (const candidate of poll.candidates) {
    // Since the look a task may have asked for this slot, or another look may have started it.
    const host = placeFor(state, candidate);
    if (host === null || state.pausedBy !== null || isHeld(state) || isStopped(state)) continue;
    await startTask(project, candidate.issue, candidate.fingerprint, host);
  }
  publishProject(project);
}

/** Takes a new configuration, and tells every live task. */
export async function configure(project: Project, config: ConfigRef): Promise<void> {
  const { state } = project;
  const isNew = state.config.hash !== config.hash;
  state.config = config;
  if (!isNew) return;
  log.info('configuration taken', { config: config.hash.slice(0, 12) });
  weighBudgets(project);
  for (const { issue } of Object.values(state.tasks)) {
    const handle = getExternalWorkflowHandle(taskWorkflowId(state.project, issue.identifier));
    await deliver(() => handle.signal(configuredSignal, { config }));
  }
  restartChanges(project);
}

/** Starts the task of an issue, with a slot on a host; without one it is forced, and asks for its slot itself. */
export async function startTask(
  project: Project,
  issue: IssueSummary,
  fingerprint: string,
  host: string | null,
  // The task reads the whole issue when it claims it, but for one that is in no tracker.
  whole: Issue = unreadIssue(issue),
): Promise<void> {
  const { state } = project;
  // Written down before the first await: a second look must not start it again.
  const forced = host === null;
  state.tasks[issue.id] = { issue, slot: forced ? 'none' : 'held', counted: noUsage, host };
  state.fingerprints[issue.id] = fingerprint;
  delete state.observed[issue.id];
  delete state.settled[issue.id];

  const input: TaskInput = {
    project: state.project,
    issue: whole,
    ...(forced
      ? { grant: null, settings: { config: state.config, host: state.host } }
      : { grant: grantOf(state, host, Date.now()) }),
    forced,
    state: null,
  };
  try {
    await startChild<typeof task>('task', {
      workflowId: taskWorkflowId(state.project, issue.identifier),
      args: [input],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      typedSearchAttributes: taskAttributes(state.project, issue.identifier),
      memo: { title: issue.title },
      staticSummary: issue.title.slice(0, 200),
    });
    log.info('task dispatched', { ...logFieldsOf({ issue }), state: issue.state, forced });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    // A task of an earlier life of this project: it asks for a slot by itself.
    state.tasks[issue.id] = { issue, slot: 'none' };
  }
}

/** Gives tasks the slots that they asked for. A task that is gone has none. */
export async function grantSlots(project: Project, places: Place[]): Promise<void> {
  const { state } = project;
  // All at once, before the first await: nobody else may get these places.
  const grants = places.flatMap(({ id, host }) => {
    const tracked = state.tasks[id];
    if (tracked === undefined) return [];
    const grant = grantOf(state, host, Date.now(), tracked.host);
    Object.assign(tracked, { slot: 'held', host });
    return [{ id, identifier: tracked.issue.identifier, grant }];
  });
  for (const { id, identifier, grant } of grants) {
    const handle = getExternalWorkflowHandle(taskWorkflowId(state.project, identifier));
    const told = await deliver(() => handle.signal(slotGrantedSignal, grant));
    if (!told) settleClosed(project, id);
  }
}

async function tellTask(project: Project, change: IssueChange): Promise<void> {
  const { state } = project;
  const tracked = state.tasks[change.id];
  if (tracked === undefined) return;
  if (change.fingerprint !== null) state.fingerprints[change.id] = change.fingerprint;
  state.observed[change.id] = change.kind;
  if (change.kind === 'updated') tracked.issue = change.issue;
  const handle = getExternalWorkflowHandle(taskWorkflowId(state.project, tracked.issue.identifier));
  const told = await deliver(() => handle.signal(issueObservedSignal, change));
  if (!told) settleClosed(project, change.id);
}

/** A task that was terminated in the Temporal UI cannot say so; it must not start again by itself. */
export function settleClosed(project: Project, issueId: string): void {
  const { state } = project;
  const source = state.tasks[issueId]?.issue.source;
  delete state.tasks[issueId];
  if (source === 'tracker')
    state.settled[issueId] ??= { outcome: 'cancelled', fingerprint: state.fingerprints[issueId] ?? null };
  delete state.fingerprints[issueId];
  delete state.observed[issueId];
}
