import { withEngine } from '../engine.js';
import type { Invocation } from '../invocation.js';
import { findRecords } from '../find-records.js';
import type { TaskRecord } from '../task-record.js';
import { renderTable } from '../table.js';
import { formatSpan } from '../time.js';

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
  startedAt: string;
  closedAt: string | null;
}

/** Lists the project's tasks, open ones first. Works without a worker. */
export async function listTasks(invocation: Invocation, { all = false }: ListOptions): Promise<void> {
  const { out, json } = invocation;
  await withEngine(invocation, async (engine) => {
    const records = await findRecords(engine, all);
    if (json) out.json(records.map((record) => listed(engine.project, record)));
    else if (records.length === 0) out.remark(nothing(engine.project, all));
    else for (const line of renderTable(records, columns, out.width)) out.line(line);
  });
}

const columns = [
  { title: 'TASK', cell: (record: TaskRecord) => record.identifier, flexible: true },
  { title: 'PHASE', cell: (record: TaskRecord) => record.phase },
  { title: 'WAITING FOR', cell: (record: TaskRecord) => record.waitingFor ?? '' },
  { title: 'TITLE', cell: (record: TaskRecord) => record.title, flexible: true },
  { title: 'AGE', cell: (record: TaskRecord) => formatSpan(Date.now() - Date.parse(record.startedAt)) },
];

function nothing(project: string, all: boolean): string {
  return all
    ? `Project ${project} has had no task yet. Start one: continuo start '<prompt>'`
    : `Project ${project} has no open task. Closed ones: continuo list --all`;
}

function listed(project: string, { identifier, ...record }: TaskRecord): ListedTask {
  const { title, phase, waitingFor, startedAt, closedAt } = record;
  return { task: identifier, project, title, phase, waitingFor, startedAt, closedAt };
}
