import type { Organization, User as UserFields } from '@octokit/graphql-schema';
import { nodeId } from '../identity.js';
import { webUrl } from '../links.js';
import type { User } from '../world.js';
import type { Shape, View } from './view.js';

/** Null for a deleted user. */
export function actorOf(view: View, user: User | null): Shape<UserFields & Organization> | null {
  if (user === null || user.isDeleted) return null;
  // A bot's login is without the ending that REST gives it.
  const login = user.type === 'Bot' ? user.login.replace(/\[bot\]$/, '') : user.login;
  return {
    __typename: user.type,
    id: nodeId(user),
    databaseId: user.id,
    login,
    name: user.name,
    email: '',
    avatarUrl: webUrl(view.world, `/avatars/u/${user.id}`),
    url: webUrl(view.world, `/${user.login}`),
    resourcePath: `/${user.login}`,
    createdAt: user.createdAt,
    updatedAt: user.createdAt,
    isViewer: user === view.user,
    isSiteAdmin: false,
  };
}
