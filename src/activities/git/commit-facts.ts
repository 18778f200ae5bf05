import { runGit } from './git.js';

export interface CommitFacts {
  sha: string;
  tree: string;
  parents: string[];
  message: string;
  /** Seconds since 1970. */
  authoredAt: number;
  committedAt: number;
}

export async function readCommit(gitDir: string, commit: string): Promise<CommitFacts> {
  const args = ['log', '-1', '--format=%H%x00%T%x00%P%x00%at%x00%ct%x00%B', commit, '--'];
  const output = await runGit(args, { gitDir });
  const [sha = '', tree = '', parents = '', authoredAt = '', committedAt = '', message = ''] =
    output.split('\0');
  return {
    sha,
    tree,
    parents: parents.split(' ').filter((parent) => parent !== ''),
    message: `${message.trimEnd()}\n`,
    authoredAt: Number(authoredAt),
    committedAt: Number(committedAt),
  };
}
