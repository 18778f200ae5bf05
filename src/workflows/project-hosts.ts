import { TimeoutType } from '@temporalio/common';
import { ActivityFailure, condition, getExternalWorkflowHandle, TimeoutFailure } from '@temporalio/workflow';
import type { Leaving } from '../domain/hosts.js';
import { joined, leavingOf, otherThan } from '../domain/hosts.js';
import type { ProjectState } from '../domain/project.js';
import { taskWorkflowId } from '../domain/task.js';
import { deliver } from './deliver.js';
import { leaveHostSignal } from './messages.js';
import type { HostCheck } from './ports.js';
import type { Project } from './project-context.js';
import { publishProject, remark, uncut } from './project-context.js';
import { restartChanges } from './project-changes.js';
import { settleClosed } from './project-dispatch.js';
import { attendant } from './proxies.js';

/** Takes a host into the project. One that is known is attended to already, and shows by that whether it is there. */
export function joinHost({ state }: Project, id: string, config: string): void {
  state.hosts[id] ??= joined(config, new Date().toISOString());
}

/** Has one long activity on each host: while that goes on, the host is there. A restart of its worker is not noticed. */
export async function attendHosts(project: Project): Promise<never> {
  const { hosts } = project.state;
  const attended: Record<string, Promise<never>> = {};
  const isNew = (id: string) => !Object.hasOwn(attended, id);
  for (;;) {
    for (const id of Object.keys(hosts).filter(isNew)) attended[id] = attendHost(project, id);
    await Promise.race([condition(() => Object.keys(hosts).some(isNew)), ...Object.values(attended)]);
  }
}

/**
 * A host whose work nobody takes up any more, for 20 s and then for 10 s again, is down: where all workers were
 * away together, the others get that much time to come back. Then a last question waits for it, for as long as it takes.
 */
async function attendHost(project: Project, id: string): Promise<never> {
  const place = (verb: string) => ({ project: project.state.project, host: id, summary: `${verb} ${id}` });
  for (;;) {
    let check = await unlessGone(() => attendant(place('Meet'), '10s').meet());
    if (check === null) {
      noteDown(project, id);
      check = await attendant(place('Wait for')).meet();
    }
    while (check !== null) {
      const known: HostCheck = check;
      noteUp(project, id, known);
      const port = attendant(place('Attend to'), '20s');
      check = await unlessGone(() => port.attend({ known }));
    }
  }
}

/** Null where nobody has taken it up in time. */
async function unlessGone(ask: () => Promise<HostCheck>): Promise<HostCheck | null> {
  try {
    return await ask();
  } catch (error) {
    const { cause } = error instanceof ActivityFailure ? error : {};
    if (cause instanceof TimeoutFailure && cause.timeoutType === TimeoutType.SCHEDULE_TO_START) return null;
    throw error;
  }
}

function noteDown(project: Project, id: string): void {
  const host = project.state.hosts[id];
  if (!host?.answers) return;
  Object.assign(host, { answers: false, since: new Date().toISOString() });
  remark(project, `host ${id} is down`);
  publishProject(project);
}

function noteUp(project: Project, id: string, { config, problem }: HostCheck): void {
  const host = project.state.hosts[id];
  if (host === undefined) return;
  const { answers } = host;
  if (answers && host.config === config && host.problem === problem) return;
  Object.assign(host, { answers: true, config, problem, since: new Date().toISOString() });
  if (!answers) {
    remark(project, `host ${id} is back`);
    forgetTold(project.state, id);
  }
  publishProject(project);
}

/** What a live task is to be told of its host. */
interface Notice {
  issueId: string;
  host: string;
  why: Leaving;
  to: string;
}

/**
 * The tasks of hosts that have to be left, where there is another one: those that hold a slot first. One that has no
 * workspace yet may count on any host for what needs none, so it is told of each that is down.
 */
export function tasksToTell(state: ProjectState): Notice[] {
  const left = Object.keys(state.hosts).flatMap((host) => {
    const why = leavingOf(state, host);
    const to = why && otherThan(state, host);
    return why && to ? [{ host, why, to }] : [];
  });
  if (left.length === 0) return [];
  const tasks = Object.entries(state.tasks).flatMap(([issueId, task]) =>
    left
      .filter(({ host, why }) => task.host === host || (!task.host && why === 'down'))
      .filter((notice) => !task.told?.includes(keyOf(notice)))
      .map((notice) => ({ issueId, ...notice, slot: task.slot })),
  );
  return tasks.sort((one, other) => Number(other.slot === 'held') - Number(one.slot === 'held'));
}

/** When it has to be left the next time, they are told again. */
export function forgetTold({ tasks }: ProjectState, id: string): void {
  for (const task of Object.values(tasks)) {
    if (task.told !== undefined) task.told = task.told.filter((key) => !key.startsWith(`${id} `));
  }
}

function keyOf({ host, why }: Pick<Notice, 'host' | 'why'>): string {
  return `${host} ${why}`;
}

/** Has tasks leave hosts that are down or drained, and another host watch the tracker where that one is down. */
export async function clearHosts(project: Project): Promise<never> {
  const { state } = project;
  for (;;) {
    await condition(() => successor(state) !== null || tasksToTell(state).length > 0);
    moveWatch(project);
    await uncut(project, async () => {
      for (const notice of tasksToTell(state)) await tell(project, notice);
    });
  }
}

/** Who watches the tracker in place of a host that is down, or null. */
function successor(state: ProjectState): string | null {
  return leavingOf(state, state.host) === 'down' ? otherThan(state, state.host) : null;
}

function moveWatch(project: Project): void {
  const { state } = project;
  const next = successor(state);
  if (next === null) return;
  remark(project, `${next} watches the tracker in place of ${state.host}`);
  state.host = next;
  project.restartWatch();
  restartChanges(project);
  project.restartLook();
  project.restartSweep();
}

async function tell(project: Project, { issueId, ...notice }: Notice): Promise<void> {
  const { state } = project;
  const task = state.tasks[issueId];
  if (task === undefined) return;
  task.told = [...(task.told ?? []), keyOf(notice)];
  const handle = getExternalWorkflowHandle(taskWorkflowId(state.project, task.issue.identifier));
  const { host, why, to } = notice;
  const isThere = await deliver(() => handle.signal(leaveHostSignal, { host, why, to }));
  if (!isThere) settleClosed(project, issueId);
}
