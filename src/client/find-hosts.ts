import type { ProjectState } from '../domain/project.js';
import type { Engine } from './engine.js';
import { CliError } from './error.js';
import { askProject } from './project-message.js';

/** Where the tasks of a project are. */
export interface Fleet {
  /** How many hosts the project has. */
  hosts: number;
  /** Host by the identifier of the task. */
  tasks: ReadonlyMap<string, string>;
}

/** Only the project itself knows, so it takes a worker; without one it is empty. */
export async function findHosts(engine: Engine): Promise<Fleet> {
  const state = await askProject(engine).catch((error: unknown) => {
    if (error instanceof CliError) return null;
    throw error;
  });
  return { hosts: Object.keys(state?.hosts ?? {}).length, tasks: hostsOf(state?.tasks ?? {}) };
}

function hostsOf(tasks: ProjectState['tasks']): Map<string, string> {
  return new Map(
    Object.values(tasks).flatMap(({ issue, host }) => (host ? [[issue.identifier, host] as const] : [])),
  );
}
