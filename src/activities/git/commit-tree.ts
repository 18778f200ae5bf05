import { runGit } from './git.js';

export interface CommitInput {
  gitDir: string;
  tree: string;
  parents: readonly string[];
  message: string;
  /** `Name <mail>` */
  author: string;
  /** Seconds since 1970; now unless given. */
  authoredAt?: number;
  committedAt?: number;
}

/** Writes a commit object; the same input gives the same commit. No ref changes and no hook runs. */
export async function commitTree(input: CommitInput): Promise<string> {
  const { gitDir, tree, parents, message, author } = input;
  const now = Math.floor(Date.now() / 1000);
  const [, name = author, mail = ''] = /^(.*) <(.*)>$/.exec(author) ?? [];
  const output = await runGit(
    ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent]), '-F', '-'],
    {
      gitDir,
      input: message,
      env: {
        GIT_AUTHOR_NAME: name,
        GIT_AUTHOR_EMAIL: mail,
        GIT_AUTHOR_DATE: `@${input.authoredAt ?? now} +0000`,
        GIT_COMMITTER_NAME: name,
        GIT_COMMITTER_EMAIL: mail,
        GIT_COMMITTER_DATE: `@${input.committedAt ?? now} +0000`,
      },
    },
  );
  return output.trim();
}
