import { tell } from '../happenings.js';
import { now } from '../identity.js';
import type { Repository, User, World } from '../world.js';
import { followBranch } from './heads.js';

const noCommit = '0'.repeat(40);

/** Tells of every branch and tag that has moved since the last look, whoever moved it and however. */
export function noticeRefs(world: World, repository: Repository, by: User): Promise<void> {
  const looked = repository.looking.then(() => look(world, repository, by));
  repository.looking = looked.catch(() => undefined);
  return looked;
}

async function look(world: World, repository: Repository, by: User): Promise<void> {
  const found = new Map((await repository.git.refs()).map(({ name, sha }) => [name, sha]));
  const seen = repository.seenRefs;
  repository.seenRefs = found;
  for (const ref of new Set([...seen.keys(), ...found.keys()])) {
    const before = seen.get(ref) ?? noCommit;
    const after = found.get(ref) ?? noCommit;
    if (before === after || !/^refs\/(heads|tags)\//.test(ref)) continue;
    repository.pushedAt = now(world);
    tell(world, { event: 'push', by, repository, ref, before, after });
    if (ref.startsWith('refs/heads/'))
      await followBranch(world, repository, by, ref.slice('refs/heads/'.length), found.get(ref) ?? null);
  }
}
