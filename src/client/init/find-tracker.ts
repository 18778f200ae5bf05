import { gitHubAddress } from '../../config/github-address.js';
import { originOf } from '../../worker/github-setup.js';
import { CliError, ExitCode } from '../error.js';

export type TrackerKind = 'file' | 'github';

/** Where the issues of a repository are, as the workflow file says it. */
export type FoundTracker =
  | { kind: 'file' }
  /** `apiUrl` is null for github.com. `url` is what changes land on. */
  | { kind: 'github'; repo: string; apiUrl: string | null; url: string };

/** Throws `CliError` where the remote names no repository of GitHub. */
export async function findTracker(
  kind: TrackerKind,
  root: string,
  env: NodeJS.ProcessEnv,
): Promise<FoundTracker> {
  if (kind === 'file') return { kind };
  const origin = await originOf(root, env);
  const address = origin === null ? null : gitHubAddress(origin);
  if (address === null) {
    throw new CliError(
      ExitCode.usage,
      origin === null
        ? `the repository at ${root} has no remote origin`
        : `the remote origin of ${root} is no address of GitHub: ${origin}`,
      'name it: git remote add origin https://github.com/<owner>/<name>.git, or git remote set-url',
    );
  }
  const { name: repo, apiUrl, url } = address;
  return { kind, repo, apiUrl: apiUrl === 'https://api.github.com' ? null : apiUrl, url };
}
