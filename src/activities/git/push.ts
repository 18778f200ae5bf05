import { GitError, tryGit } from './git.js';
import type { Remote } from './remote.js';
import { unreachable } from './repository-error.js';

export interface Push {
  /** The mirror: everything that leaves this host is in it. */
  gitDir: string;
  remote: Remote;
  /** `<commit>:<ref>`, with `+` before it where the ref may move in any direction. */
  refspecs: string[];
  options?: string[];
  signal?: AbortSignal;
}

export type PushOutcome =
  | { kind: 'pushed' }
  /** The other side, or git on its behalf, will not have it; in the words of both. */
  | { kind: 'refused'; reason: string };

/** Pushes refs to the user's repository, whose own hooks run. Throws `RepositoryError` when it cannot be reached. */
export async function pushRefs({
  gitDir,
  remote,
  refspecs,
  options = [],
  signal,
}: Push): Promise<PushOutcome> {
  const { url } = remote;
  const args = ['push', '--porcelain', '--no-verify', ...options, '--', url, ...refspecs];
  const env = await remote.environment();
  const { exitCode, stdout, stderr } = await tryGit(args, { gitDir, trusted: true, env, signal });
  if (exitCode === 0) return { kind: 'pushed' };
  const refused = stdout
    .toString('utf8')
    .split('\n')
    .filter((line) => line.startsWith('!'));
  if (refused.length === 0) throw unreachable(url, new GitError(args, exitCode, stderr));
  return { kind: 'refused', reason: [...refused.map(summaryOf), ...remoteWords(stderr)].join('; ') };
}

/** `!\t<from>:<to>\t[remote rejected] (<why>)` */
function summaryOf(line: string): string {
  return line.split('\t')[2] ?? line;
}

/** What the other side's hooks said. */
function remoteWords(stderr: string): string[] {
  return stderr
    .split(/[\r\n]+/)
    .flatMap((line) => /^remote: (.*\S)\s*$/.exec(line)?.[1]?.trim() ?? [])
    .slice(0, 10);
}
