import { isDeepStrictEqual } from 'node:util';
import type { Client, ScheduleDescription } from '@temporalio/client';
import { ScheduleNotFoundError, ScheduleOverlapPolicy } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { Config } from '../../config/config.js';
import type { Problem } from '../../domain/project.js';
import type { ScheduledInput } from '../../domain/schedule.js';
import { catchUp, scheduleId, schedulePrefix } from '../../domain/schedule.js';

/** What a problem of a schedule is about. */
export const schedulesPlace = 'schedules';

const workflowType = 'scheduled';
const projectAttribute = defineSearchAttributeKey('ContinuoProject', SearchAttributeType.KEYWORD);

interface Keeping {
  client: Pick<Client, 'schedule'>;
  /** The queue of the workflows. */
  queue: string;
}

/**
 * Makes the Temporal Schedules of a project what its workflow file says: creates, changes and removes them, and touches no
 * others. A person's pause stays. Idempotent; project and name are the key. Returns what could not be done.
 */
export async function keepSchedules(keeping: Keeping, config: Config, before: string[]): Promise<Problem[]> {
  const { project, schedules } = config;
  const wanted = new Set(schedules.map(({ name }) => scheduleId(project, name)));
  // A list is behind by a moment: what was there before is looked up by itself.
  const there = new Set([...(await listOwn(keeping, project)), ...before]);
  const problems: Problem[] = [];
  for (const id of there) if (!wanted.has(id)) await remove(keeping, project, id);
  for (const schedule of schedules) {
    const problem = await put(keeping, config, schedule);
    if (problem !== null) problems.push({ where: schedulesPlace, message: problem });
  }
  return problems;
}

async function listOwn({ client }: Keeping, project: string): Promise<string[]> {
  const ids: string[] = [];
  const query = `${projectAttribute.name} = "${project}"`;
  for await (const { scheduleId: id } of client.schedule.list({ query })) {
    if (id.startsWith(schedulePrefix(project))) ids.push(id);
  }
  return ids;
}

async function remove({ client }: Keeping, project: string, id: string): Promise<void> {
  const handle = client.schedule.getHandle(id);
  const found = await unlessGone(handle.describe());
  if (found !== null && isOwn(found, project)) await unlessGone(handle.delete());
}

/** Null when it is as it should be now. */
async function put(
  { client, queue }: Keeping,
  { project, budget }: Config,
  { name, cron, time_zone: timeZone = budget.time_zone }: Config['schedules'][number],
): Promise<string | null> {
  const id = scheduleId(project, name);
  const input: ScheduledInput = { project, schedule: name, cron, timeZone };
  const typedSearchAttributes = [{ key: projectAttribute, value: project }];
  const wanted = {
    spec: { cronExpressions: [cron], timezone: timeZone },
    action: {
      type: 'startWorkflow' as const,
      workflowType,
      args: [input],
      taskQueue: queue,
      // What waits for a worker for longer is missed.
      workflowExecutionTimeout: catchUp,
      typedSearchAttributes,
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: catchUp },
  };
  const handle = client.schedule.getHandle(id);
  const found = await unlessGone(handle.describe());
  if (found === null) {
    await client.schedule.create({ scheduleId: id, ...wanted, typedSearchAttributes });
    return null;
  }
  if (!isOwn(found, project)) {
    return `there is a schedule ${id} that is not of this project: give ${name} another name`;
  }
  const isSame = isDeepStrictEqual(found.action.args, [input]) && found.action.taskQueue === queue;
  if (!isSame) await handle.update(({ state }) => ({ ...wanted, state }));
  return null;
}

function isOwn({ action }: ScheduleDescription, project: string): boolean {
  const [input] = (action.args ?? []) as unknown[];
  const isOurs = typeof input === 'object' && input !== null && 'project' in input;
  return action.workflowType === workflowType && isOurs && input.project === project;
}

async function unlessGone<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return null;
    throw error;
  }
}
