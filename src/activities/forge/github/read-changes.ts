import type { GitHubClient } from '../../github/client.js';
import { GitHubError } from '../../github/errors.js';
import type { Pull } from './change-schema.js';
import { Changes } from './change-schema.js';
import { changesQuery, mostChanges } from './changes-query.js';
import type { Place } from './place.js';

export interface ReadChanges {
  pulls: Pull[];
  /** Who the token or the App is. */
  viewer: string;
}

/** All that GitHub has on these changes, by as few queries as it takes; one that is not there is left out. */
export async function readChanges(
  client: GitHubClient,
  { names }: Place,
  numbers: readonly number[],
): Promise<ReadChanges> {
  const read: ReadChanges = { pulls: [], viewer: '' };
  for (let from = 0; from < numbers.length; from += mostChanges) {
    const query = changesQuery(numbers.slice(from, from + mostChanges));
    const asked = { kind: 'changes', query, variables: names, mayLack: ['refUpdateRule'] };
    const { viewer, repository } = await client.graphql(asked, Changes);
    if (repository === null)
      throw new GitHubError('not_found', `GitHub knows no repository ${names.owner}/${names.repo}`);
    read.viewer = viewer.login;
    read.pulls.push(...Object.values(repository).flatMap((pull) => pull ?? []));
  }
  return read;
}
