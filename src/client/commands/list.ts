import { withEngine } from '../engine.js';
import type { Invocation } from '../invocation.js';
import { findHosts } from '../find-hosts.js';
import { findRecords } from '../find-records.js';
import type { TimedWait } from '../find-waits.js';
import { findWaits } from '../find-waits.js';
import { remarkProblems } from '../project-problems.js';
import type { TaskRecord } from '../task-record.js';
import { renderTable } from '../table.js';
import { formatSpan, formatTime } from '../time.js';

export interface ListOptions {
  /** Closed tasks as well. */
  all?: boolean;
}

/** One task in `list --json`. */
interface ListedTask {
  task: string;
  project: string;
  title: string;
  phase: string;
  waitingFor: string | null;
  /** When the wait ends by itself, RFC 3339; null where it does not, or no worker says so. */
  until: string | null;
  /** Where its workspace is, or where it has its slot; null where it has none, or no worker says so. */
  host: string | null;
  startedAt: string;
  closedAt: string | null;
}

/** Lists the project's tasks, open ones first. Works without a worker. */
export async function listTasks(invocation: Invocation, { all = false }: ListOptions): Promise<void> {
  const { out, json } = invocation;
  await withEngine(invocation, async (engine, project) => {
    const [records] = await Promise.all([findRecords(engine, all), remarkProblems(engine, project, out)]);
    const [waits, fleet] = await Promise.all([findWaits(engine, records), findHosts(engine)]);
    const rows = records.map((record): Row => {
      const { identifier } = record;
      return { ...record, wait: waits.get(identifier) ?? null, host: fleet.tasks.get(identifier) ?? null };
    });
    if (json) out.json(rows.map((row) => listed(engine.project, row)));
    else if (rows.length === 0) out.remark(nothing(engine.project, all));
    else
      for (const line of renderTable(rows, fleet.hosts > 1 ? [...columns, hostColumn] : columns, out.width))
        out.line(line);
  });
}

interface Row extends TaskRecord {
  wait: TimedWait | null;
  host: string | null;
}

const columns = [
  { title: 'TASK', cell: ({ identifier }: Row) => identifier, flexible: true },
  { title: 'PHASE', cell: ({ phase }: Row) => phase },
  { title: 'WAITING FOR', cell: describeWait },
  { title: 'TITLE', cell: ({ title }: Row) => title, flexible: true },
  { title: 'AGE', cell: ({ startedAt }: Row) => formatSpan(Date.now() - Date.parse(startedAt)) },
];

/** Of interest where there are several. */
const hostColumn = { title: 'HOST', cell: ({ host }: Row) => host ?? '' };

function describeWait({ waitingFor, wait }: Row): string {
  return wait === null ? (waitingFor ?? '') : `${wait.what} until ${formatTime(wait.until)}`;
}

function nothing(project: string, all: boolean): string {
  return all
    ? `Project ${project} has had no task yet. Start one: continuo start '<prompt>'`
    : `Project ${project} has no open task. Closed ones: continuo list --all`;
}

function listed(project: string, { identifier, wait, host, ...record }: Row): ListedTask {
  const { title, phase, waitingFor, startedAt, closedAt } = record;
  const until = wait?.until ?? null;
  return { task: identifier, project, title, phase, waitingFor, until, host, startedAt, closedAt };
}
