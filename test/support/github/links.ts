import type { Repository, User, World } from './world.js';

/** GitHub Enterprise Server's layout. */
export const apiUrl = (world: World, path = ''): string => `${world.origin}/api/v3${path}`;
export const graphqlUrl = (world: World): string => `${world.origin}/api/graphql`;
export const webUrl = (world: World, path = ''): string => `${world.origin}${path}`;

export const fullName = (repository: Repository): string => `${repository.owner.login}/${repository.name}`;

/** A repository's address in the API, and what is below it. */
export function repositoryApi(world: World, repository: Repository, path = ''): string {
  return apiUrl(world, `/repos/${fullName(repository)}${path}`);
}

export function repositoryWeb(world: World, repository: Repository, path = ''): string {
  return webUrl(world, `/${fullName(repository)}${path}`);
}

export const userApi = (world: World, user: User, path = ''): string =>
  apiUrl(world, `/users/${user.login}${path}`);

export function cloneUrl(world: World, repository: Repository): string {
  return `${repositoryWeb(world, repository)}.git`;
}
