import type { Engine } from '../engine.js';
import { withEngine } from '../engine.js';
import type { Invocation } from '../invocation.js';
import type { TaskRecord } from '../task-record.js';
import { readRecord } from '../task-record.js';
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

/** The newest run of each task: open ones first, then the newest first. */
async function findRecords(engine: Engine, all: boolean): Promise<TaskRecord[]> {
  const conditions = [
    `ContinuoProject = ${quote(engine.project)}`,
    "WorkflowType = 'task'",
    all ? "ExecutionStatus != 'ContinuedAsNew'" : "ExecutionStatus = 'Running'",
  ];
  const newest = new Map<string, TaskRecord>();
  await engine.call(async () => {
    for await (const info of engine.client.workflow.list({ query: conditions.join(' AND ') })) {
      const record = readRecord(info);
      const known = newest.get(info.workflowId);
      if (known === undefined || compareRecords(record, known) < 0) newest.set(info.workflowId, record);
    }
  }, 30_000);
  return [...newest.values()].sort(compareRecords);
}

function compareRecords(left: TaskRecord, right: TaskRecord): number {
  if (left.isOpen !== right.isOpen) return left.isOpen ? -1 : 1;
  return left.startedAt < right.startedAt ? 1 : -1;
}

/** A string of Temporal's query language. */
function quote(value: string): string {
  return `'${value.replace(/['\\]/g, '\\$&')}'`;
}
