import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import type { Config } from '../config/config.js';
import type { ProjectState } from '../domain/project.js';
import { projectWorkflowId } from '../domain/project.js';
import type { TaskState } from '../domain/task.js';
import { taskWorkflowId } from '../domain/task.js';
import type { Attempt } from './attempt.js';
import { cleanUpRecorded } from './git/clean-up.js';
import type { WorkspaceRecord } from './git/run-directory.js';
import { readWorkspaceRecord, runsOf } from './git/run-directory.js';
import type { HostDeps } from './host.js';

export interface Clearing {
  deps: HostDeps;
  config: Config;
  signal: AbortSignal;
  attempt: Attempt;
  /** The tasks that are over and ended at this host, by identifier: they are asked about once. */
  stayed: Set<string>;
}

/**
 * Ends what this host still runs for tasks that went on at another host, and clears their workspaces away. A task whose server or worker does not answer keeps everything.
 */
export async function clearMovedTasks(clearing: Clearing): Promise<void> {
  const { deps, config, stayed } = clearing;
  const hosts = await hostsOfTasks(config.project).catch((error: unknown) => {
    clearing.signal.throwIfAborted();
    deps.log.warn('project does not answer', { project: config.project, error: String(error) });
    return null;
  });
  if (hosts === null) return;
  const runs = runsOf(deps.paths, config.project);
  for (const name of await readdir(runs).catch(() => [])) {
    const record = await readWorkspaceRecord(join(runs, name));
    if (record?.project !== config.project) continue;
    const live = hosts.get(record.identifier);
    if (live === undefined && stayed.has(record.identifier)) continue;
    try {
      const host = live ?? (await lastHostOf(record));
      if (live === undefined && host === deps.host) stayed.add(record.identifier);
      if (host === null || host === deps.host) continue;
      await cleanUpRecorded(clearing, record);
      deps.log.info('left a task that went on elsewhere', {
        task: record.identifier,
        workspace: record.path,
      });
    } catch (error) {
      clearing.signal.throwIfAborted();
      deps.log.warn('what is left of a task could not be looked at', {
        task: record.identifier,
        error: String(error),
      });
    }
  }
}

/** The hosts of the tasks that are live, by their identifiers: one question for them all. */
async function hostsOfTasks(project: string): Promise<Map<string, string>> {
  const handle = Context.current().client.workflow.getHandle(projectWorkflowId(project));
  const { tasks } = await handle.query<ProjectState>('project');
  return new Map(
    Object.values(tasks).flatMap(({ issue, host }) => (host ? [[issue.identifier, host] as const] : [])),
  );
}

/** Of one that the project does not know any more, because it is over. */
async function lastHostOf({ project, identifier }: WorkspaceRecord): Promise<string | null> {
  const handle = Context.current().client.workflow.getHandle(taskWorkflowId(project, identifier));
  const { workspace } = await handle.query<TaskState>('state');
  return workspace?.host ?? null;
}
