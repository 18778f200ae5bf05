import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { CliError, ExitCode } from '../error.js';

/** The git repository at hand, as far as its files tell without running git. */
export interface Repository {
  /** The top of the working tree. */
  root: string;
  /** The branch that is checked out, or null when there is none. */
  branch: string | null;
}

/** Looks upwards for a working tree. Throws `CliError`: none, a bare one, or one without commits. */
export async function findRepository(cwd: string): Promise<Repository> {
  const root = await findTop(cwd);
  if (root === null) throw await noRepository(cwd);
  const gitDir = await findGitDir(root);
  const commonDir = resolve(gitDir, (await readText(join(gitDir, 'commondir'))) ?? '.');
  const head = (await readText(join(gitDir, 'HEAD'))) ?? '';
  const branch = /^ref: refs\/heads\/(.+)$/.exec(head)?.[1] ?? null;
  if (branch !== null && !(await hasBranch(commonDir, branch))) {
    throw new CliError(
      ExitCode.usage,
      `the repository at ${root} has no commit on its branch ${branch}`,
      'commit something first: git add -A && git commit',
    );
  }
  return { root, branch };
}

async function findTop(cwd: string): Promise<string | null> {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    if (await exists(join(folder, '.git'))) return folder;
    if (dirname(folder) === folder) return null;
  }
}

async function noRepository(cwd: string): Promise<CliError> {
  const bare = (await Promise.all(['HEAD', 'objects', 'refs'].map((name) => exists(join(cwd, name))))).every(
    Boolean,
  );
  return bare
    ? new CliError(
        ExitCode.usage,
        `${cwd} is a bare repository`,
        'run the command in a clone of it that has files',
      )
    : new CliError(
        ExitCode.usage,
        `${cwd} is not in a git repository`,
        'go to your repository, or make one: git init',
      );
}

/** In a linked working tree and a submodule, `.git` is a file that names the folder. */
async function findGitDir(root: string): Promise<string> {
  const text = await readText(join(root, '.git'));
  const named = text === null ? null : /^gitdir: (.+)$/.exec(text)?.[1];
  return resolve(root, named ?? '.git');
}

async function hasBranch(commonDir: string, branch: string): Promise<boolean> {
  if (await exists(join(commonDir, 'refs', 'heads', branch))) return true;
  // Branches of a repository in the reftable format cannot be read without git.
  if (await exists(join(commonDir, 'reftable'))) return true;
  const packed = (await readText(join(commonDir, 'packed-refs'))) ?? '';
  return packed.split('\n').some((line) => line.endsWith(` refs/heads/${branch}`));
}

/** The trimmed text of a file, or null when it is none. */
export async function readText(file: string): Promise<string | null> {
  return readFile(file, 'utf8').then(
    (text) => text.trim(),
    () => null,
  );
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
