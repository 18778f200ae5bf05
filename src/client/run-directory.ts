import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hostId } from '../config/host.js';
import type { DataPaths } from '../config/paths.js';
import type { TaskStatus } from '../domain/status.js';
import type { Engine } from './engine.js';
import { CliError, ExitCode } from './error.js';
import type { Invocation } from './invocation.js';
import type { Sighting } from './task-status.js';
import { lookAtTask } from './task-status.js';

/** The folder with a task's logs and diff. Throws `CliError` when there is none on this host. */
export async function needRunDirectory(
  engine: Engine,
  paths: DataPaths,
  invocation: Invocation,
  identifier: string,
): Promise<string> {
  return (await openTaskFiles(engine, paths, invocation, identifier)).directory;
}

/** As `needRunDirectory`, with what was seen of the task on the way. */
export async function openTaskFiles(
  engine: Engine,
  paths: DataPaths,
  invocation: Invocation,
  identifier: string,
): Promise<{ directory: string; sighting: Sighting }> {
  const sighting = await lookAtTask(engine, identifier);
  const directory = await locate(paths, invocation, sighting.status);
  if (directory !== null) return { directory, sighting };
  throw new CliError(
    ExitCode.failed,
    `task ${identifier} has no files on this host yet`,
    'it gets them when a worker prepares its workspace',
  );
}

/** As `needRunDirectory`, but null when there is none yet. Throws `CliError` when it is on another host. */
export async function findRunDirectory(
  engine: Engine,
  paths: DataPaths,
  invocation: Invocation,
  identifier: string,
): Promise<string | null> {
  return locate(paths, invocation, (await lookAtTask(engine, identifier)).status);
}

async function locate(
  paths: DataPaths,
  { env }: Invocation,
  { task: identifier, workspace }: TaskStatus,
): Promise<string | null> {
  if (workspace === null) return searchRunDirectory(paths, identifier);
  const here = hostId(env, paths.root);
  if (workspace.host === here) return workspace.runPath;
  throw new CliError(
    ExitCode.failed,
    `the files of task ${identifier} are on host ${workspace.host}, in ${workspace.runPath}; this is host ${here}`,
    'run the command on that host',
  );
}

/** Without a worker, or after the workspace was cleared away: the run directory whose issue has this identifier. */
async function searchRunDirectory(paths: DataPaths, identifier: string): Promise<string | null> {
  for (const directory of await runDirectories(paths)) {
    if ((await readIdentifier(directory)) === identifier) return directory;
  }
  return null;
}

async function runDirectories(paths: DataPaths): Promise<string[]> {
  const folders = await listFolders(paths.runs);
  return (await Promise.all(folders.map(listFolders))).flat();
}

async function listFolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name));
}

async function readIdentifier(folder: string): Promise<string | null> {
  try {
    const issue: unknown = JSON.parse(await readFile(join(folder, 'issue.json'), 'utf8'));
    return typeof issue === 'object' &&
      issue !== null &&
      'identifier' in issue &&
      typeof issue.identifier === 'string'
      ? issue.identifier
      : null;
  } catch {
    return null;
  }
}
