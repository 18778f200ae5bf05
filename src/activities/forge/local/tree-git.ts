import type { GitOptions, GitResult } from '../../git/git.js';
import { GitError, tryGit } from '../../git/git.js';
import type { WorkingTree } from './working-trees.js';

/** The repository is the person's, so its filters and line ends count; nothing else of it is to run or to be followed. */
const settings = {
  GIT_CONFIG_COUNT: '3',
  GIT_CONFIG_KEY_0: 'core.hooksPath',
  GIT_CONFIG_VALUE_0: '/dev/null',
  GIT_CONFIG_KEY_1: 'core.fsmonitor',
  GIT_CONFIG_VALUE_1: 'false',
  GIT_CONFIG_KEY_2: 'submodule.recurse',
  GIT_CONFIG_VALUE_2: 'false',
};

type More = Pick<GitOptions, 'indexFile' | 'input'>;

/** Runs git in a person's working tree, and returns how it ended. */
export function tryGitIn(tree: WorkingTree, args: readonly string[], more: More = {}): Promise<GitResult> {
  return tryGit(args, { ...more, cwd: tree.path, trusted: true, env: settings });
}

/** As `tryGitIn`, and returns what git printed. Throws `GitError` when it fails. */
export async function gitIn(tree: WorkingTree, args: readonly string[], more: More = {}): Promise<Buffer> {
  const { exitCode, stdout, stderr } = await tryGitIn(tree, args, more);
  if (exitCode !== 0) throw new GitError(args, exitCode, stderr);
  return stdout;
}
