import type { HostKind } from '../../domain/hosts.js';
import { kindOf } from '../../domain/hosts.js';
import type { ProjectState } from '../../domain/project.js';
import { drainUpdate } from '../../workflows/messages.js';
import { withEngine } from '../engine.js';
import type { Invocation } from '../invocation.js';
import { newMessage } from '../message.js';
import { askProject, tellProject } from '../project-message.js';
import { renderTable } from '../table.js';
import { formatSpan } from '../time.js';

/** One host in `hosts --json`. Fields are only added. */
interface HostLine {
  host: string;
  state: HostKind;
  /** Since when it is so, RFC 3339. */
  since: string;
  /** Agents that may run there now. */
  slots: number;
  /** Whether it watches the tracker. */
  watches: boolean;
  /** What a person should know or do; null where all is well. */
  note: string | null;
}

/** Lists the hosts of the project. Needs a worker. */
export async function listHosts(invocation: Invocation): Promise<void> {
  const { out, json } = invocation;
  await withEngine(invocation, async (engine) => {
    const hosts = linesOf(await askProject(engine));
    if (json) out.json(hosts);
    else if (hosts.length === 0)
      out.remark('No host has joined yet: start `continuo up` or `continuo worker`.');
    else for (const line of renderTable(hosts, columns, out.width)) out.line(line);
  });
}

/** Takes a host out of use, or back into it. */
export async function drainHost(invocation: Invocation, host: string, undo: boolean): Promise<void> {
  const message = { ...newMessage(invocation.by), host, undo };
  await withEngine(invocation, (engine) => tellProject(engine, invocation, drainUpdate, message));
}

const columns = [
  { title: 'HOST', cell: ({ host }: HostLine) => host },
  { title: 'STATE', cell: ({ state }: HostLine) => state },
  { title: 'FOR', cell: ({ since }: HostLine) => formatSpan(Date.now() - Date.parse(since)) },
  { title: 'SLOTS', cell: ({ slots }: HostLine) => String(slots) },
  { title: 'NOTE', cell: ({ note }: HostLine) => note ?? '', flexible: true },
];

function linesOf(project: ProjectState): HostLine[] {
  const held = Object.values(project.tasks).filter(({ slot }) => slot === 'held');
  return Object.entries(project.hosts)
    .sort()
    .map(([host, { since, drained, problem }]) => {
      const state = kindOf(project, host) ?? 'down';
      return {
        host,
        state,
        since: state === 'drained' && drained !== null ? drained.at : since,
        slots: held.filter((task) => task.host === host).length,
        watches: host === project.host,
        note: noteOf(state, host, { by: drained?.by ?? '', problem }),
      };
    });
}

function noteOf(
  state: HostKind,
  host: string,
  { by, problem }: { by: string; problem: string | null },
): string | null {
  switch (state) {
    case 'up':
      return null;
    case 'down':
      return 'its worker does not answer: start `continuo worker` there';
    case 'outdated':
      return problem ?? 'its WORKFLOW.md is not the one of the project: update it there';
    case 'drained':
      return `by ${by}: continuo drain ${host} --undo`;
    default:
      return state satisfies never;
  }
}
