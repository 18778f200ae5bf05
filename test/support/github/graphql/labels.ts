import type { Label as LabelFields } from '@octokit/graphql-schema';
import { nodeId } from '../identity.js';
import { repositoryWeb } from '../links.js';
import type { Label, Repository } from '../world.js';
import type { Shape, View } from './view.js';

export function labelShape(view: View, repository: Repository, label: Label): Shape<LabelFields> {
  const path = `/labels/${encodeURIComponent(label.name)}`;
  return {
    __typename: 'Label',
    id: nodeId(label),
    name: label.name,
    color: label.color,
    description: label.description,
    isDefault: false,
    url: repositoryWeb(view.world, repository, path),
  };
}
