import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { copyIndex, copyShallow, writeGitFolder } from './git-folder.js';
import { runGit } from './git.js';
import type { Mirror } from './mirror.js';
import { bringObjects } from './own-objects.js';

export interface CheckoutInput {
  mirror: Pick<Mirror, 'gitDir' | 'baseGitDir' | 'base' | 'withBaseLock'>;
  /** Empty, or not there yet. */
  dir: string;
  commit: string;
  /** A git directory that the host makes for itself: it borrows the mirror's objects. */
  gitDirForHost?: string;
  /** Branch that the checkout is on; `work` unless given. */
  branch?: string;
  /** More refs for the checkout's own `.git`. */
  refs?: Record<string, string>;
  /** `Name <mail>` for commits that a program makes there. */
  author?: string;
  signal?: AbortSignal;
}

/**
 * Checks a commit out: its files, and a `.git` for the program that works there. That `.git` has no
 * remote and shares no file with any other repository, so that nothing which happens to it has an
 * effect elsewhere; the host itself never reads it again. It has the history of the base and of the commit, and
 * nothing of other tasks.
 */
export async function createCheckout(input: CheckoutInput): Promise<void> {
  const { mirror, dir, gitDirForHost, signal } = input;
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const own = join(dir, '.git');
  await writeGitFolder(own, ownFolder(input));
  if (gitDirForHost !== undefined) await createHostGit(mirror.gitDir, gitDirForHost);

  const index = join(gitDirForHost ?? own, 'index');
  await Promise.all([
    bringObjects({ mirror, own, commits: [input.commit, ...Object.values(input.refs ?? {})], signal }),
    writeFiles(gitDirForHost ?? mirror.gitDir, index, input),
  ]);
  if (gitDirForHost !== undefined) await copyIndex(index, join(own, 'index'));
}

/** Makes the host's own git directory for a workspace, without objects, refs or index. */
export async function createHostGit(mirrorGitDir: string, gitDir: string): Promise<void> {
  await writeGitFolder(gitDir, {
    head: 'refs/continuo/head',
    refs: {},
    settings: '[gc]\n\tauto = 0\n',
    alternate: join(mirrorGitDir, 'objects'),
  });
  await copyShallow(mirrorGitDir, gitDir);
}

function writeFiles(
  gitDir: string,
  indexFile: string,
  { dir, commit, signal }: CheckoutInput,
): Promise<string> {
  return runGit(['read-tree', '--reset', '-u', commit], { gitDir, workTree: dir, indexFile, signal });
}

function ownFolder({ branch = 'work', commit, refs = {}, author }: CheckoutInput) {
  const [, name, mail] = /^(.*) <(.*)>$/.exec(author ?? '') ?? [];
  const settings =
    name === undefined ? '' : `[user]\n\tname = ${quoted(name)}\n\temail = ${quoted(mail ?? '')}\n`;
  const head = `refs/heads/${branch}`;
  return { head, refs: { ...refs, [head]: commit }, settings };
}

function quoted(value: string): string {
  return `"${value.replace(/[\\"]/g, '\\$&')}"`;
}
