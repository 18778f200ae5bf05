import type { Signature } from '../bare-repository.js';
import { emailOf } from '../people.js';
import type { Repository, User, World } from '../world.js';
import { noticeRefs } from './refs.js';

export interface NewCommit {
  branch: string;
  /** Null takes a file away. */
  files: Record<string, string | Buffer | null>;
  message: string;
  /** In the place of the branch's last commit, as a forced push. */
  amends: boolean;
}

export const signatureOf = (user: User): Signature => ({
  name: user.name ?? user.login,
  email: emailOf(user),
});

/** Pushes a commit past every protection. The branch comes into being on the default branch. */
export async function pushCommit(
  world: World,
  repository: Repository,
  by: User,
  { branch, files, message, amends }: NewCommit,
): Promise<string> {
  const { git, defaultBranch } = repository;
  const tip = (await git.branch(branch)) ?? (await git.branch(defaultBranch));
  const ends = tip === null ? [] : [tip];
  const parents = tip !== null && amends ? await git.parents(tip) : ends;
  const commit = await git.commit(await git.treeWith(tip, files), parents, message, signatureOf(by));
  await git.updateRef(`refs/heads/${branch}`, commit);
  await noticeRefs(world, repository, by);
  return commit;
}
