import { runGit } from './git.js';

export interface CommitFacts {
  sha: string;
  tree: string;
  parents: string[];
  message: string;
  /** `Name <mail>`; the mail may be empty. */
  author: string;
  /** Seconds since 1970. */
  authoredAt: number;
  committedAt: number;
}

/** Who wrote the commits up to `head` that none of the bases has, oldest first, each once. */
export async function readAuthors(gitDir: string, bases: readonly string[], head: string): Promise<string[]> {
  const args = [
    'log',
    '--reverse',
    '--first-parent',
    '--format=%an <%ae>',
    head,
    ...bases.map((base) => `^${base}`),
    '--',
  ];
  const output = await runGit(args, { gitDir });
  return [...new Set(output.split('\n').filter((line) => line !== ''))];
}

export async function readCommit(gitDir: string, commit: string): Promise<CommitFacts> {
  const args = ['log', '-1', '--format=%H%x00%T%x00%P%x00%an <%ae>%x00%at%x00%ct%x00%B', commit, '--'];
  const output = await runGit(args, { gitDir });
  const [sha = '', tree = '', parents = '', author = '', authoredAt = '', committedAt = '', message = ''] =
    output.split('\0');
  return {
    sha,
    tree,
    parents: parents.split(' ').filter((parent) => parent !== ''),
    message: `${message.trimEnd()}\n`,
    author,
    authoredAt: Number(authoredAt),
    committedAt: Number(committedAt),
  };
}
