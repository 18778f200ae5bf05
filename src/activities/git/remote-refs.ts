import { GitError, runGit } from './git.js';
import type { Remote } from './remote.js';
import { unreachable } from './repository-error.js';

/** The refs of the user's repository that match, with what they point to. Throws `RepositoryError`. */
export async function listRemoteRefs(
  remote: Remote,
  pattern: string,
  signal?: AbortSignal,
): Promise<Map<string, string>> {
  const env = await remote.environment();
  const args = ['ls-remote', '--refs', '--', remote.url, pattern];
  const listed = await runGit(args, { trusted: true, env, signal }).catch((error: unknown) => {
    throw error instanceof GitError ? unreachable(remote.url, error) : error;
  });
  const lines = listed.split('\n').map((line) => line.split('\t'));
  return new Map(lines.flatMap(([sha, ref]) => (sha === undefined || ref === undefined ? [] : [[ref, sha]])));
}
