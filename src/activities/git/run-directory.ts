import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeWhole } from '../../config/atomic-write.js';
import type { DataPaths } from '../../config/paths.js';
import type { Issue } from '../../domain/issue.js';
import { workspaceKey } from './keys.js';

const WorkspaceRecord = z.object({
  project: z.string(),
  identifier: z.string(),
  path: z.string(),
  /** `preparing` until everything is in it: what a cut-off preparation left is no one's work. */
  state: z.enum(['preparing', 'ready']),
  /** Empty without a repository. */
  baseSha: z.string(),
});

/** Which workspace a run directory belongs to, and that this project made it. */
export type WorkspaceRecord = z.infer<typeof WorkspaceRecord>;

/** Where everything about a task but its workspace is kept on this host. */
export function runDirectory(paths: Pick<DataPaths, 'runs'>, project: string, identifier: string): string {
  return join(runsOf(paths, project), workspaceKey(identifier));
}

/** The folder of all run directories of a project. */
export function runsOf({ runs }: Pick<DataPaths, 'runs'>, project: string): string {
  return join(runs, workspaceKey(project));
}

/** Makes the run directory, for this user alone, with the whole issue in it. */
export async function openRunDirectory(runPath: string, issue: Issue): Promise<void> {
  await mkdir(runPath, { recursive: true, mode: 0o700 });
  await writeWhole(join(runPath, 'issue.json'), `${JSON.stringify(issue, null, 2)}\n`);
}

export async function readWorkspaceRecord(runPath: string): Promise<WorkspaceRecord | null> {
  const text = await readFile(recordFile(runPath), 'utf8').catch(() => null);
  return text === null ? null : WorkspaceRecord.parse(JSON.parse(text));
}

export async function writeWorkspaceRecord(runPath: string, record: WorkspaceRecord): Promise<void> {
  await writeWhole(recordFile(runPath), `${JSON.stringify(record)}\n`);
}

export function recordFile(runPath: string): string {
  return join(runPath, 'workspace.json');
}
