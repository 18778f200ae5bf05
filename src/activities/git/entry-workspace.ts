import { existsSync } from 'node:fs';
import type { LandingEntry } from '../../domain/landing.js';
import type { HostDeps } from '../host.js';
import type { BaseMerge } from './base-merge.js';
import { offerMerge } from './base-merge.js';
import type { HostGit } from './host-git.js';
import { hostGitDir, openHostGit } from './host-git.js';

interface Landing {
  deps: HostDeps;
  entry: LandingEntry;
}

/** The host's own git directory of an entry's workspace; null where that is not here. */
export function hostGitOf({ deps, entry: { workspace } }: Landing): HostGit | null {
  const isHere = workspace.host === deps.host && existsSync(hostGitDir(workspace.runPath));
  return isHere ? openHostGit(workspace) : null;
}

/**
 * Puts the merge of a base into the files of an entry's workspace, for its agent to go on with; null, or why the
 * workspace cannot take it: then nothing is touched.
 */
export async function offerToWorkspace(
  landing: Landing,
  merge: BaseMerge & { tree: string },
): Promise<string | null> {
  const { workspace, sha } = landing.entry;
  const host = hostGitOf(landing);
  if (host === null || !existsSync(workspace.path)) return 'the workspace is not there';
  if ((await host.refs()).get('head') !== sha) return 'the workspace has another checkpoint by now';
  if (await offerMerge(host, workspace, { ...merge, head: sha })) return null;
  landing.deps.log.warn('workspace was changed since its checkpoint', { workspace: workspace.path });
  return 'files of the workspace were changed since the checkpoint';
}
