import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataPaths } from '../../config/paths.js';
import { diagnoseFetch } from './diagnose.js';
import { copyShallow } from './git-folder.js';
import { GitError, runGit } from './git.js';
import { withLock } from './lock.js';
import { listRemoteRefs } from './remote-refs.js';
import { listFiles, readFiles, resolveCommit } from './objects.js';
import type { Remote, RemoteConfig } from './remote.js';
import { remoteOf } from './remote.js';
import { unreachable } from './repository-error.js';
import { removeStaleLocks } from './stale-locks.js';

/**
 * A bare copy of the user's repository on this host: the base branch, and the refs of tasks. It is
 * a copy indeed, by fetch: it shares no object file with the repository. The base has a git directory of
 * its own, without any work of a task: its objects are for everybody.
 */
export interface Mirror {
  /** The refs of tasks. It borrows the objects of the base. */
  readonly gitDir: string;
  /** The base branch alone. */
  readonly baseGitDir: string;
  readonly url: string;
  /** How git gets to the repository. */
  readonly remote: Remote;
  /** The branch that changes land on. */
  readonly base: string;
  /** Brings the base branch up to date. Throws `RepositoryError`. */
  fetch(signal?: AbortSignal): Promise<void>;
  /**
   * Brings more refs here, under their own names: one, or all that a pattern with one `*` matches. False when the
   * repository has none. Throws likewise.
   */
  fetchRefs(pattern: string, signal?: AbortSignal): Promise<boolean>;
  /** The commit of a branch, a ref or a name, or null. */
  resolve(ref: string): Promise<string | null>;
  /** Paths of the regular files below a folder, at any depth. */
  listFiles(commit: string, folder: string): Promise<string[]>;
  /** Texts by path; what is no file is left out. */
  readFiles(commit: string, paths: readonly string[]): Promise<Map<string, string>>;
  /** Runs work during which nobody else changes the refs of tasks. Not reentrant. */
  withLock<T>(work: () => Promise<T>): Promise<T>;
  /** Runs work during which nobody else changes the base's files. Not reentrant. */
  withBaseLock<T>(work: () => Promise<T>): Promise<T>;
}

export interface MirrorPlace {
  paths: Pick<DataPaths, 'mirrors'>;
  config: RemoteConfig;
}

/** The git directories of tasks borrow objects from a mirror, so that none may ever go. */
const settings = '[gc]\n\tpruneExpire = never\n\tautoDetach = false\n\tcruftPacks = true\n';

const fullSha = /^[0-9a-f]{40}$/;

const fetchArgs = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--update-shallow', '--force'];

/** Opens the mirror of a configuration's repository, and makes an empty one where there is none yet. */
export async function openMirror({ paths, config }: MirrorPlace): Promise<Mirror> {
  const { repository } = config;
  if (repository === null) throw new TypeError('there is no mirror without a repository');
  const { base } = repository;
  const remote = remoteOf(config);
  const { url } = remote;
  const gitDir = join(paths.mirrors, `${repository.id}.git`);
  const baseGitDir = join(gitDir, 'base.git');
  const lock = <T>(work: () => Promise<T>) => withLock(gitDir, work);
  const baseLock = <T>(work: () => Promise<T>) => withLock(baseGitDir, work);
  if (!existsSync(baseGitDir)) await lock(() => create(gitDir, baseGitDir));

  async function fetchInto(dir: string, ref: string, signal?: AbortSignal): Promise<void> {
    await removeStaleLocks(dir, { signal });
    const env = await remote.environment();
    await runGit([...fetchArgs, '--', url, `+${ref}:${ref}`], { gitDir: dir, trusted: true, env, signal });
  }

  return {
    gitDir,
    baseGitDir,
    url,
    remote,
    base,

    async fetch(signal) {
      try {
        await baseLock(async () => {
          await removeStaleLocks(gitDir, { signal });
          await fetchInto(baseGitDir, `refs/heads/${base}`, signal);
          await copyShallow(baseGitDir, gitDir);
        });
      } catch (error) {
        throw error instanceof GitError ? await diagnoseFetch(remote, base, error, signal) : error;
      }
    },

    async fetchRefs(pattern, signal) {
      try {
        if ((await listRemoteRefs(remote, pattern, signal)).size === 0) return false;
        await lock(() => fetchInto(gitDir, pattern, signal));
        return true;
      } catch (error) {
        throw error instanceof GitError ? unreachable(url, error) : error;
      }
    },

    async resolve(ref) {
      const isBranch = !fullSha.test(ref);
      const ofBranch = isBranch ? await resolveCommit(baseGitDir, `refs/heads/${ref}`) : null;
      return ofBranch ?? resolveCommit(gitDir, ref);
    },

    listFiles: (commit, folder) => listFiles(gitDir, commit, folder),
    readFiles: (commit, paths) => readFiles(gitDir, commit, paths),
    withLock: lock,
    withBaseLock: baseLock,
  };
}

/** The base comes last: where it is there, everything is. */
async function create(gitDir: string, baseGitDir: string): Promise<void> {
  if (!existsSync(gitDir)) await createBare(gitDir);
  const alternates = join(gitDir, 'objects', 'info', 'alternates');
  await writeFile(alternates, `${join(baseGitDir, 'objects')}\n`);
  if (!existsSync(baseGitDir)) await createBare(baseGitDir);
}

async function createBare(gitDir: string): Promise<void> {
  const draft = `${gitDir}.${randomUUID()}`;
  await mkdir(draft, { recursive: true, mode: 0o700 });
  try {
    await runGit(['init', '--quiet', '--bare', '--template='], { gitDir: draft });
    await appendFile(join(draft, 'config'), settings);
    await rename(draft, gitDir);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}
