import { lstat, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config/config.js';
import { taskWorkflowId } from '../../domain/task.js';
import type { GitPort } from '../../workflows/ports.js';
import type { Attempt } from '../attempt.js';
import { activityKey, placesOf } from '../attempt.js';
import { runHook } from '../hooks.js';
import type { HostDeps } from '../host.js';
import { endStrays } from '../keeper/strays.js';
import { runGit } from './git.js';
import { hostGitDir } from './host-git.js';
import { checkpointRef, taskPattern } from './keys.js';
import { openMirror } from './mirror.js';
import { keepNestedHistory } from './nested-history.js';
import { pushRefs } from './push.js';
import { listRemoteRefs } from './remote-refs.js';
import type { WorkspaceRecord } from './run-directory.js';
import { readWorkspaceRecord, recordFile, runDirectory } from './run-directory.js';
import { moveToTrash } from './trash.js';

export interface CleanUp {
  deps: HostDeps;
  config: Config;
  /** The workflow whose workspace it is. */
  owner: string;
  input: Omit<Parameters<GitPort['cleanUp']>[0], 'config'>;
  signal: AbortSignal;
  attempt: Attempt;
}

/**
 * Moves a workspace to the trash, after its `before_remove` hook (SPEC 9.4), and removes the task's
 * refs where that is wanted. Logs, evidence and the patch stay in the run directory. So does the history of
 * repositories inside the workspace; a workspace that has one which cannot be kept stays as well. Only the folder
 * that preparation wrote down is touched. Does nothing more when repeated.
 */
export async function cleanUpWorkspace(cleanUp: CleanUp): Promise<void> {
  const { deps, config, owner, input, signal } = cleanUp;
  const { runPath } = input.workspace;
  const places = placesOf(runPath);
  const hookPlace = join(places, `before_remove-${activityKey()}`);
  await endStrays(places, owner, (key) => join(places, key) === hookPlace);
  const record = await readWorkspaceRecord(runPath);
  if (record?.path === input.workspace.path) {
    await runRemovalHook(cleanUp, record.path, hookPlace);
    await removeWorkspace(cleanUp, record.path);
  }
  for (const left of [hostGitDir(runPath), join(runPath, 'tmp'), join(runPath, 'checkout'), places]) {
    await moveToTrash(deps.paths, left);
  }
  await rm(join(runPath, 'merge.json'), { force: true });
  if (input.refs && config.repository !== null) await removeRefs(cleanUp, signal);
}

/** The same for a workspace that this host has written down, whatever its task knows of it. Its refs stay. */
export async function cleanUpRecorded(
  cleanUp: Omit<CleanUp, 'owner' | 'input'>,
  { project, identifier, path, baseSha }: WorkspaceRecord,
): Promise<void> {
  const { host, paths } = cleanUp.deps;
  const runPath = runDirectory(paths, project, identifier);
  const ref = checkpointRef(project, identifier, host);
  const workspace = { host, path, runPath, ref, baseSha };
  const owner = taskWorkflowId(project, identifier);
  await cleanUpWorkspace({ ...cleanUp, owner, input: { project, identifier, workspace, refs: false } });
}

/** Its failure is in the log, and removal goes on. */
async function runRemovalHook(
  { deps, config, input, attempt }: CleanUp,
  workspace: string,
  place: string,
): Promise<void> {
  if (!(await isFolder(workspace))) return;
  const { env, log } = deps;
  await runHook({
    name: 'before_remove',
    config,
    workspace,
    runPath: input.workspace.runPath,
    env,
    log,
    identifier: input.identifier,
    place,
    attempt,
  });
}

async function removeWorkspace({ deps, input }: CleanUp, workspace: string): Promise<void> {
  const { runPath } = input.workspace;
  try {
    if (await isFolder(workspace)) await keepNestedHistory(workspace, runPath);
    else deps.log.warn('workspace is no folder any more: somebody else has removed it', { workspace });
  } catch (error) {
    deps.log.warn('workspace stays, because the history of a repository in it cannot be kept', {
      workspace,
      error: String(error),
    });
    return;
  }
  await moveToTrash(deps.paths, workspace);
  await rm(recordFile(runPath));
}

async function removeRefs({ deps, config, input }: CleanUp, signal: AbortSignal): Promise<void> {
  const { project, identifier } = input;
  const mirror = await openMirror({ paths: deps.paths, config });
  const pattern = taskPattern(project, identifier);
  const there = [...(await listRemoteRefs(mirror.remote, pattern, signal)).keys()];
  if (there.length > 0) {
    const refspecs = there.map((ref) => `:${ref}`);
    const removed = await pushRefs({ gitDir: mirror.gitDir, remote: mirror.remote, refspecs, signal });
    if (removed.kind === 'refused')
      deps.log.warn('refs could not be removed', { refs: there, reason: removed.reason });
  }
  const here = await runGit(['for-each-ref', '--format=%(refname)', pattern], { gitDir: mirror.gitDir });
  const commands = linesOf(here)
    .map((ref) => `delete ${ref}\0\0`)
    .join('');
  await runGit(['update-ref', '-z', '--stdin'], { gitDir: mirror.gitDir, input: commands });
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

async function isFolder(path: string): Promise<boolean> {
  const info = await lstat(path).catch(() => null);
  return info?.isDirectory() ?? false;
}
