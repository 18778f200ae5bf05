import type { Config } from '../../config/config.js';
import type { LandingEntry } from '../../domain/landing.js';
import { openCommittedFiles } from '../git/committed-files.js';
import type { HostDeps } from '../host.js';
import { TrackerError } from './error.js';
import { createFileTracker } from './file/index.js';
import { createGitHubTracker } from './github/index.js';
import type { FileEdit, TreeReader } from '../git/landing-edits.js';
import type { Tracker } from './tracker.js';

/** Builds the adapter that `tracker.kind` names. */
export function openTracker(config: Config, { paths, env }: Pick<HostDeps, 'paths' | 'env'>): Tracker {
  switch (config.tracker.kind) {
    case 'file':
      return createFileTracker(config, openCommittedFiles({ paths, config }));
    case 'github':
      return createGitHubTracker(config, env);
    default:
      throw new TrackerError(
        'unsupported_tracker_kind',
        `there is no tracker of kind ${config.tracker.kind}`,
      );
  }
}

/** Edits for the commit that lands an issue; none where the tracker lives elsewhere. */
export async function landingEdits(
  config: Config,
  entry: LandingEntry,
  tree: TreeReader,
  deps: Pick<HostDeps, 'paths' | 'env'>,
): Promise<FileEdit[]> {
  return (await openTracker(config, deps).landingEdits?.(entry, tree)) ?? [];
}
