import { join } from 'node:path';
import { copyObjects } from './git-folder.js';
import { runGit } from './git.js';
import type { Mirror } from './mirror.js';
import { resolveCommit } from './objects.js';

interface OwnObjects {
  mirror: Pick<Mirror, 'gitDir' | 'baseGitDir' | 'base' | 'withBaseLock'>;
  /** The git directory that gets them. */
  own: string;
  commits: readonly string[];
  signal: AbortSignal | undefined;
}

/**
 * Brings the objects of the base into a git directory, and of the commits what they have beyond it. The
 * base is copied file by file, because git would have to walk all of its history to pack it anew.
 */
export async function bringObjects({ mirror, own, commits, signal }: OwnObjects): Promise<void> {
  // Read first: what is copied later has this one in any case.
  const tip = await resolveCommit(mirror.baseGitDir, `refs/heads/${mirror.base}`);
  const beyond = commits.filter((commit) => commit !== tip);
  await Promise.all([
    mirror.withBaseLock(() => copyObjects(mirror.baseGitDir, own)),
    beyond.length > 0 && packObjects(mirror.gitDir, own, beyond, tip, signal),
  ]);
}

function packObjects(
  gitDir: string,
  own: string,
  commits: readonly string[],
  without: string | null,
  signal: AbortSignal | undefined,
): Promise<string> {
  const args = ['pack-objects', '--quiet', '--revs', '--non-empty', join(own, 'objects', 'pack', 'pack')];
  const lines = [...commits, ...(without === null ? [] : [`^${without}`])];
  return runGit(args, { gitDir, input: lines.map((line) => `${line}\n`).join(''), signal });
}
