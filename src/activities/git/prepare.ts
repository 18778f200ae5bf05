import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config/config.js';
import { FailureType } from '../../domain/failure.js';
import type { Issue } from '../../domain/issue.js';
import type { Workspace } from '../../domain/task.js';
import type { PrepareOutcome } from '../../workflows/ports.js';
import type { Attempt } from '../attempt.js';
import { activityKey, currentWorkflow, placesOf } from '../attempt.js';
import { runHook } from '../hooks.js';
import { describeContainment } from '../keeper/containment/describe.js';
import { probeContainment } from '../keeper/containment/probe.js';
import type { HostDeps } from '../host.js';
import { stateOf } from '../keeper/attend.js';
import { EvictedError, LeftError } from '../keeper/program.js';
import { endStrays, removePlaces } from '../keeper/strays.js';
import { createCheckout } from './checkout.js';
import { hostGitDir, openHostGit, restoreHostGit } from './host-git.js';
import { IllegalIdentifierError, checkpointPattern, checkpointRef, refKey } from './keys.js';
import type { Mirror } from './mirror.js';
import { openMirror } from './mirror.js';
import { isAncestor, mergeBase } from './objects.js';
import { RepositoryError } from './repository-error.js';
import type { WorkspaceRecord } from './run-directory.js';
import {
  openRunDirectory,
  readWorkspaceRecord,
  runDirectory,
  writeWorkspaceRecord,
} from './run-directory.js';
import { moveToTrash } from './trash.js';
import { describeLimits } from './tree-notes.js';
import { WorkspaceError, locateWorkspace } from './workspace-path.js';

export interface Preparation {
  deps: HostDeps;
  config: Config;
  project: string;
  issue: Issue;
  /** The last checkpoint that the task knows of. */
  headSha: string | null;
  /** A checkpoint of another task that a new workspace begins with, before the task has one of its own. */
  from?: { identifier: string; sha: string };
  signal: AbortSignal;
  attempt: Attempt;
}

/** A preparation with its places. */
interface Place extends Preparation {
  /** The work to go on from, and whose it is. */
  work: { identifier: string; sha: string } | null;
  path: string;
  runPath: string;
  /** Of `after_create`. */
  hookPlace: string;
}

const hookKey = 'after_create';

/**
 * Makes the workspace of an issue, or finds it again and leaves it as it is, with all work in it
 * (SPEC 9.2, 9.3). A workspace that is gone is made from the last checkpoint. Throws
 * `RepositoryError` when the repository cannot be reached.
 */
export async function prepareWorkspace(preparation: Preparation): Promise<PrepareOutcome> {
  try {
    return await prepare(preparation);
  } catch (error) {
    if (error instanceof IllegalIdentifierError || error instanceof WorkspaceError) return impossible(error);
    if (error instanceof RepositoryError && error.needsPerson)
      return impossible(error, FailureType.repository);
    throw error;
  }
}

async function prepare(preparation: Preparation): Promise<PrepareOutcome> {
  const { deps, config, project, issue, headSha, from = null } = preparation;
  const work = headSha === null ? from : { identifier: issue.identifier, sha: headSha };
  const path = await locateWorkspace(config.workspace.root, issue.identifier);
  const runPath = runDirectory(deps.paths, project, issue.identifier);
  const hookPlace = join(placesOf(runPath), `${hookKey}-${activityKey()}`);
  const place = { ...preparation, work, path, runPath, hookPlace };

  const record = await readWorkspaceRecord(runPath);
  refuseForeign(place, record);
  await openRunDirectory(runPath, issue);
  if (record?.state === 'ready' && existsSync(path)) return reuse(place, record);
  return create(place, record);
}

/** A folder that this task did not make belongs to somebody else: another project, or a person. */
function refuseForeign({ path, project, issue }: Place, record: WorkspaceRecord | null): void {
  const isOurs = record?.project === project && record.identifier === issue.identifier;
  if (record !== null && !isOurs) {
    const owner = `${record.identifier} of project ${record.project}`;
    throw new WorkspaceError(
      `${issue.identifier} and ${owner} would share files on this disk: rename one of them`,
    );
  }
  if (existsSync(path) && record?.path !== path) {
    throw new WorkspaceError(
      `${path} exists, but this project did not make it: give each project a workspace.root of its own, or move the folder away`,
    );
  }
}

async function reuse(place: Place, record: WorkspaceRecord): Promise<PrepareOutcome> {
  const { deps, config, path, runPath, work } = place;
  const headSha = work?.sha ?? null;
  if (config.repository === null) return await ready(place, record.baseSha, null, []);

  const mirror = await openMirror({ paths: deps.paths, config });
  if ((await mirror.resolve(record.baseSha)) === null) await mirror.fetch(place.signal);
  await restoreHostGit(mirror.gitDir, hostGitDir(runPath), headSha ?? record.baseSha);
  const host = openHostGit({ path, runPath });
  if (!(await host.refs()).has('base')) await setRefs(place, record.baseSha, headSha);

  const refs = await host.refs();
  const head = refs.get('head') ?? null;
  const isStale =
    headSha !== null &&
    head !== headSha &&
    !(head !== null && (await isAncestor(host.gitDir, headSha, head)));
  if (isStale) {
    const here = head === null ? 'none of it' : `the work of ${head.slice(0, 12)}`;
    throw new WorkspaceError(
      `the task went on elsewhere to ${headSha.slice(0, 12)}, and ${path} has ${here}: look whether something there is still needed, move the folder away, then continuo retry`,
    );
  }
  return await ready(place, refs.get('base') ?? record.baseSha, head, []);
}

async function create(place: Place, record: WorkspaceRecord | null): Promise<PrepareOutcome> {
  const { deps, config, project, issue, work, path, runPath, hookPlace } = place;
  const mirror = config.repository === null ? null : await openMirror({ paths: deps.paths, config });
  // What an earlier attempt has made is complete when its hook was started, and the hook may still run there.
  const isMade = record !== null && existsSync(path) && (await stateOf(hookPlace)) === 'begun';
  if (!isMade) await clearAway(place);

  const known = isMade ? startOf(record.baseSha, work?.sha ?? null) : null;
  const start = mirror === null ? null : (known ?? (await startingPoint(place, mirror)));
  const baseSha = start?.baseSha ?? '';
  const made = { project, identifier: issue.identifier, path, baseSha };
  await writeWorkspaceRecord(runPath, { ...made, state: 'preparing' });
  try {
    if (isMade) deps.log.info('goes on with a preparation', { workspace: path });
    else if (mirror !== null && start !== null) await checkOut(place, mirror, start);
    else await mkdir(path, { mode: 0o700 });
    const failed = await runCreationHook(place);
    if (failed !== null) return failed;
  } catch (error) {
    const goesOn = error instanceof LeftError || error instanceof EvictedError;
    if (!goesOn) await moveToTrash(deps.paths, path);
    throw error;
  }
  await writeWorkspaceRecord(runPath, { ...made, state: 'ready' });
  if (mirror === null || start === null) return await ready(place, baseSha, null, []);
  const { head, commit } = start;
  const notes = await describeLimits(mirror.gitDir, commit);
  if (head !== null) notes.push(`the workspace was made from checkpoint ${head.slice(0, 12)}`);
  return await ready(place, baseSha, head, notes);
}

/** Only what a cut-off preparation left can be there. */
async function clearAway({ deps, path, runPath }: Place): Promise<void> {
  const places = placesOf(runPath);
  await endStrays(places, currentWorkflow().workflowId);
  await removePlaces(places, (key) => key.startsWith(hookKey));
  for (const left of [path, hostGitDir(runPath)]) await moveToTrash(deps.paths, left);
}

/** What it failed with, after the workspace has been taken away; null when all is well. */
async function runCreationHook(place: Place): Promise<PrepareOutcome | null> {
  const { deps, config, issue, path, runPath, hookPlace, attempt } = place;
  const { env, log, paths } = deps;
  const created = await runHook({
    name: 'after_create',
    config,
    identifier: issue.identifier,
    workspace: path,
    runPath,
    env,
    log,
    place: hookPlace,
    attempt,
  });
  if (created.kind !== 'failed') return null;
  await moveToTrash(paths, path);
  return { kind: 'failed', category: FailureType.hook, message: created.message };
}

interface Start {
  baseSha: string;
  /** The checkpoint to go on from. */
  head: string | null;
  commit: string;
}

async function startingPoint(place: Place, mirror: Mirror): Promise<Start> {
  const { project, work, signal } = place;
  await mirror.fetch(signal);
  const tip = await mirror.resolve(mirror.base);
  if (tip === null)
    throw new RepositoryError('unreachable', `${mirror.base} of ${mirror.url} moved away meanwhile`);
  if (work === null) return startOf(tip, null);

  const { identifier, sha } = work;
  const refs = checkpointPattern(project, identifier);
  if ((await mirror.resolve(sha)) === null) await mirror.fetchRefs(refs, signal);
  if ((await mirror.resolve(sha)) === null) {
    throw new WorkspaceError(
      `the work of ${identifier} is neither on this host nor in ${mirror.url}: no ${refs} has ${sha.slice(0, 12)}`,
    );
  }
  const baseSha = (await mergeBase(mirror.gitDir, sha, tip)) ?? tip;
  return startOf(baseSha, sha);
}

function startOf(baseSha: string, head: string | null): Start {
  return { baseSha, head, commit: head ?? baseSha };
}

async function checkOut(place: Place, mirror: Mirror, start: Start): Promise<void> {
  const { config, issue, path, runPath, signal } = place;
  await createCheckout({
    mirror,
    dir: path,
    gitDirForHost: hostGitDir(runPath),
    commit: start.commit,
    branch: `continuo/${refKey(issue.identifier)}`,
    refs: baseBranch(mirror.base, start.baseSha),
    ...(config.repository && { author: config.repository.author }),
    signal,
  });
  await setRefs(place, start.baseSha, start.head);
}

/** For the agent's own comparisons; a base that is called like the folder of our branches has no room there. */
function baseBranch(base: string, baseSha: string): Record<string, string> {
  return base === 'continuo' || base.startsWith('continuo/') ? {} : { [`refs/heads/${base}`]: baseSha };
}

async function setRefs(
  { path, runPath, headSha }: Place,
  baseSha: string,
  head: string | null,
): Promise<void> {
  const host = openHostGit({ path, runPath });
  // The checkpoint of another task is not on the ref of this one yet.
  const pushed = head === headSha ? head : null;
  await host.set({ base: baseSha, ...(head !== null && { head }), ...(pushed !== null && { pushed }) });
}

async function ready(
  place: Place,
  baseSha: string,
  headSha: string | null,
  notes: string[],
): Promise<PrepareOutcome> {
  const { deps, config, project, issue, path, runPath } = place;
  const containment = describeContainment(await probeContainment(config.containment, deps.env));
  const ref = config.repository === null ? '' : checkpointRef(project, issue.identifier, deps.host);
  const workspace: Workspace = { host: deps.host, path, runPath, ref, baseSha, containment };
  return { kind: 'ready', workspace, headSha, notes };
}

function impossible(error: Error, category: FailureType = FailureType.workspace): PrepareOutcome {
  return { kind: 'impossible', category, message: error.message };
}
