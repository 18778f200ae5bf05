import type { MergeOutcome } from '../../../workflows/ports.js';
import { compareTrees } from '../../git/changes.js';
import { listNames } from '../../git/list-names.js';
import { localPath } from '../../git/local-path.js';
import { withLock } from '../../git/lock.js';
import { openMirror } from '../../git/mirror.js';
import { submoduleMode } from '../../git/objects.js';
import type { RemoteConfig } from '../../git/remote.js';
import type { HostDeps } from '../../host.js';
import type { Forge } from '../forge.js';
import type { Work } from './base.js';
import { bringCandidate, compare, fetchCandidate, push, pushToFolder } from './base.js';
import type { LandingRecord } from './journal.js';
import { openJournal } from './journal.js';
import type { Steps } from './land.js';
import { landInTrees, resumeLanding } from './land.js';
import { describeBusy } from './obstacle.js';
import { findTrees } from './working-trees.js';

type Deps = Pick<HostDeps, 'paths' | 'log'>;

/**
 * Landing in a plain git repository: a path on this host, or any URL that git pushes to. Where the base is
 * checked out on this host, the working trees move with it. `at` is told of each step of that.
 */
export function createLocalForge(config: RemoteConfig, deps: Deps, at: Steps = () => undefined): Forge {
  return {
    async merge(landing) {
      const mirror = await openMirror({ paths: deps.paths, config });
      const work = { ...landing, mirror, ref: `refs/heads/${landing.entry.base}` };
      const folder = localPath(mirror.url);
      return folder === null ? mergeByPush(work) : mergeInFolder(work, folder, deps, at);
    },
  };
}

async function mergeByPush(work: Work): Promise<MergeOutcome> {
  const before = await compare(work);
  if (before !== null) return before;
  await fetchCandidate(work);
  return push(work);
}

function mergeInFolder(work: Work, repository: string, deps: Deps, at: Steps): Promise<MergeOutcome> {
  const { ref, signal } = work;
  const journal = openJournal(deps.paths, repository, ref);
  return withLock(journal.file, async () => {
    const earlier = await resumeLanding(journal, at);
    const before = await compare(work);
    // The base may have moved just now, by a push that a dead worker had begun.
    const left = earlier ?? (before === null ? null : await resumeLanding(journal, at));
    if (before?.kind === 'merged') return left === null ? before : { ...before, remainder: left };
    if (left !== null) return { kind: 'blocked', message: left };
    if (before !== null) return before;
    await fetchCandidate(work);

    const { checkedOut, busy } = await findTrees(repository, ref, signal);
    if (busy[0] !== undefined) return { kind: 'blocked', message: describeBusy(ref, busy[0]) };
    // Should somebody check it out right now, git refuses the push.
    if (checkedOut.length === 0) return pushToFolder(work, 'refuse');
    await bringCandidate(work, repository);
    const record = await describe(work, repository, checkedOut);
    const moveBase = () => pushToFolder(work, 'ignore');
    return withSubmodules(await landInTrees({ journal, record, moveBase, at }), record);
  });
}

async function describe(
  { mirror, candidate, ref }: Work,
  repository: string,
  trees: readonly { path: string; gitDir: string }[],
): Promise<LandingRecord> {
  return {
    repository,
    ref,
    before: candidate.baseSha,
    after: candidate.sha,
    changes: await compareTrees(mirror.gitDir, candidate.baseSha, candidate.sha),
    trees: trees.map((tree) => ({ ...tree, asked: [] })),
  };
}

/** The folders of submodules are left as they are, so a person is told to bring them up to date. */
function withSubmodules(outcome: MergeOutcome, { changes, trees }: LandingRecord): MergeOutcome {
  const moved = changes.filter(({ before, after }) =>
    [before, after].some((blob) => blob?.mode === submoduleMode),
  );
  if (outcome.kind !== 'merged' || moved.length === 0) return outcome;
  const submodules = listNames(moved.map(({ path }) => path));
  const places = listNames(trees.map(({ path }) => path));
  const words = `submodules have changed (${submodules}), and their folders in ${places} are as they were: bring them up to date by git submodule update`;
  const { remainder } = outcome;
  return { ...outcome, remainder: remainder === undefined ? words : `${remainder}; ${words}` };
}
