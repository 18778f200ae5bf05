import { nextId, now, register } from './identity.js';
import type { Repository, Role, Token, User, World } from './world.js';
import { roles } from './world.js';

const isSame = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

export function findUser(world: World, login: string): User | undefined {
  return world.users.find((user) => isSame(user.login, login));
}

/** The user of that name, who comes into being by being named. */
export function userNamed(
  world: World,
  login: string,
  more: Partial<Pick<User, 'name' | 'type' | 'app'>> = {},
): User {
  const known = findUser(world, login);
  if (known !== undefined) return Object.assign(known, more);
  const user = register<User>(world, {
    kind: 'user',
    login,
    name: null,
    type: 'User',
    isDeleted: false,
    app: null,
    createdAt: now(world),
    ...more,
  });
  world.users.push(user);
  return user;
}

/** Who stands where a deleted user stood. */
export function ghost(world: World): User {
  return userNamed(world, 'ghost');
}

export function emailOf(user: User): string {
  return `${user.id}+${user.login}@users.noreply.github.com`;
}

export function roleOf(repository: Repository, user: User | null): Role {
  const given = user === null ? 'none' : repository.owner === user ? 'admin' : repository.roles.get(user);
  if (given !== undefined && given !== 'none') return given;
  return repository.isPrivate ? 'none' : 'read';
}

export function isAtLeast(role: Role, least: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(least);
}

export function addToken(
  world: World,
  user: User,
  more: Partial<Omit<Token, 'value' | 'user'>> & { prefix: string },
): Token {
  const { prefix, ...rest } = more;
  const token: Token = {
    value: `${prefix}${String(nextId(world)).padStart(36, '0')}`,
    user,
    scopes: null,
    permissions: null,
    repositories: null,
    installation: null,
    expiresAt: null,
    ...rest,
  };
  world.tokens.push(token);
  return token;
}
