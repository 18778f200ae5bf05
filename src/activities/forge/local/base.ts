import type { MergeOutcome } from '../../../workflows/ports.js';
import { runGit, tryGit } from '../../git/git.js';
import { landingRef } from '../../git/keys.js';
import type { Mirror } from '../../git/mirror.js';
import { isAncestor } from '../../git/objects.js';
import { pushRefs } from '../../git/push.js';
import { RepositoryError } from '../../git/repository-error.js';
import type { Landing } from '../forge.js';

/** A landing at work. */
export interface Work extends Landing {
  mirror: Mirror;
  /** Full name of the base's ref. */
  ref: string;
}

/** What the base says about the candidate by itself; null when it waits for it. */
export async function compare({ mirror, candidate, entry, signal }: Work): Promise<MergeOutcome | null> {
  await mirror.fetch(signal);
  const tip = await mirror.resolve(entry.base);
  if (tip === null) throw new RepositoryError('no_base', `there is no branch ${entry.base} in ${mirror.url}`);
  if (await isAncestor(mirror.gitDir, candidate.sha, tip)) return { kind: 'merged' };
  return tip === candidate.baseSha ? null : { kind: 'moved' };
}

/** It may have been made on another host. */
export async function fetchCandidate({ mirror, candidate, entry, signal }: Work): Promise<void> {
  if ((await mirror.resolve(candidate.sha)) !== null) return;
  await mirror.fetchRefs(landingRef(entry.project, entry.identifier), signal);
}

/** The candidate is there by its landing ref, unless the repository's hooks have refused that. */
export async function bringCandidate({ mirror, candidate, signal }: Work, repository: string): Promise<void> {
  const git = { cwd: repository, trusted: true, signal };
  const { exitCode } = await tryGit(['cat-file', '-e', `${candidate.sha}^{tree}`], git);
  if (exitCode === 0) return;
  // Version 2 gives any commit by its name.
  const args = ['-c', 'protocol.version=2', 'fetch', '--quiet', '--no-tags', '--no-write-fetch-head'];
  await runGit([...args, '--no-auto-maintenance', mirror.gitDir, candidate.sha], git);
}

/** Moves the base by compare-and-swap. The repository's own hooks have a say. */
export async function push(work: Work, options: readonly string[] = []): Promise<MergeOutcome> {
  const { mirror, candidate, ref, entry, signal } = work;
  const pushed = await pushRefs({
    gitDir: mirror.gitDir,
    remote: mirror.remote,
    refspecs: [`${candidate.sha}:${ref}`],
    options: [`--force-with-lease=${ref}:${candidate.baseSha}`, ...options],
    ...(signal && { signal }),
  });
  if (pushed.kind === 'pushed') return { kind: 'merged' };
  // Refused: because somebody was faster, or because it may not be. The base knows.
  const after = await compare(work);
  if (after !== null) return after;
  return {
    kind: 'blocked',
    message: `${mirror.url} does not take ${candidate.sha.slice(0, 12)} on ${entry.base}: ${pushed.reason}. Mend that`,
  };
}

/**
 * As `push`, for a repository on this host. A base that is checked out moves only for one who moves its files
 * too, and says so by `ignore`.
 */
export function pushToFolder(work: Work, whenCheckedOut: 'ignore' | 'refuse'): Promise<MergeOutcome> {
  return push(work, [`--receive-pack=git -c receive.denyCurrentBranch=${whenCheckedOut} receive-pack`]);
}
