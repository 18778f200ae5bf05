import type { Engine } from './engine.js';
import type { TaskRecord } from './task-record.js';
import { readRecord } from './task-record.js';

/** The newest run of each task: open ones first, then the newest first. */
export async function findRecords(engine: Engine, all: boolean): Promise<TaskRecord[]> {
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
