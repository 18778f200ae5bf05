import { checkpointPattern, refKey } from '../../git/keys.js';
import type { Mirror } from '../../git/mirror.js';
import { isAncestor } from '../../git/objects.js';
import { pushRefs } from '../../git/push.js';
import { whyNoEntry } from '../../git/entry-refusal.js';
import { listRemoteRefs } from '../../git/remote-refs.js';
import { RepositoryError } from '../../git/repository-error.js';

/** The branch of a task's change. */
export function branchOf(identifier: string): string {
  return `continuo/${refKey(identifier)}`;
}

export interface BranchMove {
  mirror: Mirror;
  project: string;
  identifier: string;
  sha: string;
  signal: AbortSignal;
}

export type BranchOutcome =
  | { kind: 'there' }
  /** Somebody has put something else there. */
  | { kind: 'pushed'; sha: string }
  | { kind: 'blocked'; message: string };

/**
 * Brings a task's branch to a commit. Nothing of anybody is overwritten: the branch only goes forward from what is
 * there, and is made anew where it is gone. Key: the branch and the commit. Throws `RepositoryError`.
 */
export async function bringBranch(move: BranchMove): Promise<BranchOutcome> {
  const { mirror, identifier, sha, signal } = move;
  const ref = `refs/heads/${branchOf(identifier)}`;
  await bring(move);
  const there = await commitThere(mirror, ref, signal);
  if (there === sha) return { kind: 'there' };
  if (there !== null && !(await leadsTo(move, ref, there))) return { kind: 'pushed', sha: there };

  const { gitDir, remote } = mirror;
  const options = [`--force-with-lease=${ref}:${there ?? ''}`];
  const pushed = await pushRefs({ gitDir, remote, refspecs: [`${sha}:${ref}`], options, signal }).catch(
    async (error: unknown) => {
      const reason =
        error instanceof RepositoryError ? await whyNoEntry(remote, 'git-receive-pack', signal) : null;
      if (reason === null) throw error;
      return { kind: 'refused' as const, reason };
    },
  );
  if (pushed.kind === 'pushed') return { kind: 'there' };
  const now = await commitThere(mirror, ref, signal);
  if (now === sha) return { kind: 'there' };
  if (now !== there && now !== null) return { kind: 'pushed', sha: now };
  const message = `${remote.url} does not take a push to ${branchOf(identifier)}: ${pushed.reason}. Mend what it says, or let the token or the App push to branches that begin with continuo/`;
  return { kind: 'blocked', message };
}

/** It may have been made on another host. */
async function bring({ mirror, project, identifier, sha, signal }: BranchMove): Promise<void> {
  if ((await mirror.resolve(sha)) !== null) return;
  const refs = checkpointPattern(project, identifier);
  if ((await mirror.fetchRefs(refs, signal)) && (await mirror.resolve(sha)) !== null) return;
  throw new RepositoryError('unreachable', `no ${refs} of ${mirror.url} has ${sha.slice(0, 12)}`);
}

async function leadsTo({ mirror, sha, signal }: BranchMove, ref: string, there: string): Promise<boolean> {
  if ((await mirror.resolve(there)) === null) await mirror.fetchRefs(ref, signal);
  return (await mirror.resolve(there)) !== null && isAncestor(mirror.gitDir, there, sha);
}

async function commitThere({ remote }: Mirror, ref: string, signal: AbortSignal): Promise<string | null> {
  return (await listRemoteRefs(remote, ref, signal)).get(ref) ?? null;
}
