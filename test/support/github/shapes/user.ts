import { nodeId } from '../identity.js';
import { userApi, webUrl } from '../links.js';
import { ghost } from '../people.js';
import type { Repository, Role, User, World } from '../world.js';
import { isAtLeast, roleOf } from '../people.js';
import type { Schemas } from './schemas.js';

/** A deleted user is the ghost here. */
export function simpleUser(world: World, given: User): Schemas['simple-user'] {
  const user = given.isDeleted ? ghost(world) : given;
  return {
    login: user.login,
    id: user.id,
    node_id: nodeId(user),
    avatar_url: webUrl(world, `/avatars/u/${user.id}`),
    gravatar_id: '',
    url: userApi(world, user),
    html_url: webUrl(world, `/${user.login}`),
    followers_url: userApi(world, user, '/followers'),
    following_url: userApi(world, user, '/following{/other_user}'),
    gists_url: userApi(world, user, '/gists{/gist_id}'),
    starred_url: userApi(world, user, '/starred{/owner}{/repo}'),
    subscriptions_url: userApi(world, user, '/subscriptions'),
    organizations_url: userApi(world, user, '/orgs'),
    repos_url: userApi(world, user, '/repos'),
    events_url: userApi(world, user, '/events{/privacy}'),
    received_events_url: userApi(world, user, '/received_events'),
    type: user.type,
    user_view_type: 'public',
    site_admin: false,
  };
}

/** Null for a deleted user, as reviews have it. */
export function userOrNull(world: World, user: User | null): Schemas['nullable-simple-user'] {
  return user === null || user.isDeleted ? null : simpleUser(world, user);
}

export function publicUser(world: World, user: User): Schemas['public-user'] {
  return {
    ...simpleUser(world, user),
    name: user.name,
    company: null,
    blog: '',
    location: null,
    email: null,
    hireable: null,
    bio: null,
    twitter_username: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: user.createdAt,
    updated_at: user.createdAt,
  };
}

export function permissionsOf(role: Role) {
  return {
    admin: isAtLeast(role, 'admin'),
    maintain: isAtLeast(role, 'maintain'),
    push: isAtLeast(role, 'write'),
    triage: isAtLeast(role, 'triage'),
    pull: isAtLeast(role, 'read'),
  };
}

export function collaborator(world: World, repository: Repository, user: User): Schemas['collaborator'] {
  const role = roleOf(repository, user);
  return { ...simpleUser(world, user), permissions: permissionsOf(role), role_name: role };
}

/** The legacy permission knows four levels only; the role has the rest. */
export function collaboratorPermission(
  world: World,
  repository: Repository,
  user: User,
): Schemas['repository-collaborator-permission'] {
  const role = roleOf(repository, user);
  const legacy: Record<Role, string> = {
    none: 'none',
    read: 'read',
    triage: 'read',
    write: 'write',
    maintain: 'write',
    admin: 'admin',
  };
  return {
    permission: legacy[role],
    role_name: role,
    user: collaborator(world, repository, user),
  };
}
