import type { Ref } from '../bare-repository.js';
import { nodeId } from '../identity.js';
import { repositoryApi } from '../links.js';
import type { Repository, World } from '../world.js';
import type { Schemas } from './schemas.js';

export function refOf(world: World, repository: Repository, ref: Ref): Schemas['git-ref'] {
  const kind = ref.type === 'tag' ? 'tags' : 'commits';
  return {
    ref: ref.name,
    node_id: `REF_${Buffer.from(`${nodeId(repository)}:${ref.name}`).toString('base64url')}`,
    url: repositoryApi(world, repository, `/git/${ref.name}`),
    object: {
      type: ref.type,
      sha: ref.sha,
      url: repositoryApi(world, repository, `/git/${kind}/${ref.sha}`),
    },
  };
}
