import { existsSync } from 'node:fs';
import type { GitError } from './git.js';
import { tryGit } from './git.js';
import { localPath } from './local-path.js';
import type { Remote } from './remote.js';
import { RepositoryError, unreachable } from './repository-error.js';

/** More branches than this are not listed. */
const mostBranches = 20;

/** Says why the base branch of a repository could not be fetched. */
export async function diagnoseFetch(
  remote: Remote,
  base: string,
  error: GitError,
  signal?: AbortSignal,
): Promise<RepositoryError> {
  const { url } = remote;
  const folder = localPath(url);
  if (folder !== null && !existsSync(folder)) {
    return problem('no_repository', `there is no folder ${url}: mend repository.url`, error);
  }
  const env = await remote.environment();
  const heads = await tryGit(['ls-remote', '--heads', '--', url], { trusted: true, env, signal });
  if (heads.exitCode !== 0) return folder === null ? unreachable(url, error) : notARepository(folder, error);

  const branches = branchesOf(heads.stdout.toString('utf8'));
  if (branches.length === 0) {
    return problem('no_commits', `the repository ${url} has no commits: make a first one`, error);
  }
  if (branches.includes(base)) return unreachable(url, error);
  const advice = `it has ${listed(branches)}: name one of them as repository.base, or make ${base}`;
  return problem('no_base', `there is no branch ${base} in ${url}; ${advice}`, error);
}

async function notARepository(path: string, error: GitError): Promise<RepositoryError> {
  const top = await tryGit(['rev-parse', '--show-toplevel'], { cwd: path, trusted: true }).catch(() => null);
  if (top?.exitCode !== 0) {
    const advice = 'mend repository.url, or make a repository there with git init';
    return problem('no_repository', `${path} is not a git repository that can be read: ${advice}`, error);
  }
  const folder = top.stdout.toString('utf8').trim();
  return problem(
    'no_repository',
    `${path} is not the top of its repository: set repository.url to ${folder}`,
    error,
  );
}

function branchesOf(output: string): string[] {
  return output.split('\n').flatMap((line) => /\trefs\/heads\/(.+)$/.exec(line)?.[1] ?? []);
}

function listed(branches: string[]): string {
  const rest = branches.length - mostBranches;
  return branches.slice(0, mostBranches).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

function problem(kind: RepositoryError['problem'], message: string, cause: GitError): RepositoryError {
  return new RepositoryError(kind, message, { cause });
}
