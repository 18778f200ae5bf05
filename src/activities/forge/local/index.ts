import type { Config } from '../../../config/config.js';
import type { LandingCandidate } from '../../../domain/landing.js';
import type { MergeOutcome } from '../../../workflows/ports.js';
import { landingRef } from '../../git/keys.js';
import { localPath } from '../../git/local-path.js';
import type { Mirror } from '../../git/mirror.js';
import { openMirror } from '../../git/mirror.js';
import { isAncestor } from '../../git/objects.js';
import { pushRefs } from '../../git/push.js';
import { RepositoryError } from '../../git/repository-error.js';
import type { HostDeps } from '../../host.js';
import type { Forge, Landing } from '../forge.js';
import { findObstacle } from './checked-out.js';

/** Lets a branch that is checked out move together with its files, for one push only; git itself refuses when they differ. */
const withCheckout = '--receive-pack=git -c receive.denyCurrentBranch=updateInstead receive-pack';

/** Landing in a plain git repository: a path on this host, or any URL that git pushes to. */
export function createLocalForge(config: Config, deps: Pick<HostDeps, 'paths'>): Forge {
  return {
    async merge(landing) {
      const mirror = await openMirror({ paths: deps.paths, config });
      const before = await compare(mirror, landing);
      if (before !== null) return before;

      await fetchCandidate(mirror, landing);
      const folder = localPath(mirror.url);
      const obstacle = folder === null ? null : await findObstacle(folder, mirror.gitDir, landing);
      return obstacle === null
        ? push(mirror, landing, folder !== null)
        : { kind: 'blocked', message: obstacle };
    },
  };
}

/** What the base says about the candidate by itself; null when it waits for it. */
async function compare(mirror: Mirror, { candidate, entry, signal }: Landing): Promise<MergeOutcome | null> {
  await mirror.fetch(signal);
  const tip = await mirror.resolve(entry.base);
  if (tip === null) throw new RepositoryError('no_base', `there is no branch ${entry.base} in ${mirror.url}`);
  if (await holds(mirror, tip, candidate)) return { kind: 'merged' };
  return tip === candidate.baseSha ? null : { kind: 'moved' };
}

/** It may have been made on another host. */
async function fetchCandidate(mirror: Mirror, { candidate, entry, signal }: Landing): Promise<void> {
  if ((await mirror.resolve(candidate.sha)) !== null) return;
  await mirror.fetchRef(landingRef(entry.project, entry.identifier), signal);
}

async function push(mirror: Mirror, landing: Landing, local: boolean): Promise<MergeOutcome> {
  const { candidate, entry, signal } = landing;
  const ref = `refs/heads/${entry.base}`;
  const pushed = await pushRefs({
    gitDir: mirror.gitDir,
    url: mirror.url,
    refspecs: [`${candidate.sha}:${ref}`],
    options: [`--force-with-lease=${ref}:${candidate.baseSha}`, ...(local ? [withCheckout] : [])],
    ...(signal && { signal }),
  });
  if (pushed.kind === 'pushed') return { kind: 'merged' };
  // Refused: because somebody was faster, or because it may not be. The base knows.
  const after = await compare(mirror, landing);
  if (after !== null) return after;
  return {
    kind: 'blocked',
    message: `${mirror.url} does not take ${candidate.sha.slice(0, 12)} on ${entry.base}: ${pushed.reason}. Mend that, then continuo retry ${entry.identifier}.`,
  };
}

function holds(mirror: Mirror, tip: string, { sha }: LandingCandidate): Promise<boolean> {
  return isAncestor(mirror.gitDir, sha, tip);
}
