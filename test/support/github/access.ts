import { appOfJwt, isJwt } from './app-tokens.js';
import { fullName } from './links.js';
import { isAtLeast, roleOf } from './people.js';
import { badCredentials, notAllowed, notFound, Refusal } from './refusal.js';
import type { Access, Permissions, Repository, Role, Token, User, World } from './world.js';

/** Who asks, and by which token; nobody when there is none. */
export interface Viewer {
  user: User | null;
  token: Token | null;
}

export const nobody: Viewer = { user: null, token: null };

/** The token of an `Authorization` header, in any of its schemes. */
export function credentialOf(authorization: string | undefined): string | null {
  const [scheme = '', value = ''] = (authorization ?? '').split(' ');
  if (scheme.toLowerCase() !== 'basic') return value === '' ? null : value;
  const [user = '', password = ''] = Buffer.from(value, 'base64').toString().split(':');
  return password === '' || password === 'x-oauth-basic' ? user : password;
}

export function viewerOf(world: World, authorization: string | undefined): Viewer {
  const credential = credentialOf(authorization);
  if (credential === null) return nobody;
  // An app by itself is no user: it only asks for tokens.
  if (isJwt(credential)) {
    appOfJwt(world, credential);
    return nobody;
  }
  const token = world.tokens.find(({ value }) => value === credential);
  if (token === undefined || isExpired(world, token) || token.user.isDeleted) throw badCredentials();
  if (token.installation?.isSuspended) throw new Refusal(403, 'This installation has been suspended');
  return { user: token.user, token };
}

function isExpired(world: World, { expiresAt }: Token): boolean {
  return expiresAt !== null && expiresAt <= world.now().getTime();
}

/** The role that this access takes of a user, whatever the token allows. */
function leastRole(area: string, access: Access): Role {
  if (area === 'administration') return 'admin';
  if (access === 'read' || area === 'issues' || area === 'pull_requests') return 'read';
  return 'write';
}

/** The viewer's role, as far as the token reaches. */
export function roleIn(viewer: Viewer, repository: Repository): Role {
  if (viewer.token?.installation != null) return installationRole(viewer.token, repository);
  return roleOf(repository, viewer.user);
}

function installationRole(token: Token, repository: Repository): Role {
  if (!reaches(token, repository)) return repository.isPrivate ? 'none' : 'read';
  if (token.permissions?.administration === 'write') return 'admin';
  return 'write';
}

function reaches(token: Token, repository: Repository): boolean {
  const { installation, repositories } = token;
  if (installation !== null && installation.account !== repository.owner) return false;
  return repositories?.includes(repository) ?? true;
}

/** A token that must not see a repository is told that there is none. */
export function canSee(viewer: Viewer, repository: Repository): boolean {
  if (!isAtLeast(roleIn(viewer, repository), 'read')) return false;
  if (!repository.isPrivate) return true;
  if (viewer.token === null) return false;
  return viewer.token.scopes?.includes('repo') ?? reaches(viewer.token, repository);
}

/** Refuses in GitHub's words what the token or its user may not do. */
export function checkAccess(viewer: Viewer, repository: Repository, needs: Permissions): void {
  if (!canSee(viewer, repository)) throw notFound();
  const { token } = viewer;
  for (const [area, access] of Object.entries(needs)) {
    if (token === null && access !== 'read') throw new Refusal(401, 'Requires authentication');
    if (token !== null) checkToken(token, repository, area, access);
    if (isAtLeast(roleIn(viewer, repository), leastRole(area, access))) continue;
    throw area === 'administration' ? notFound() : notAllowed();
  }
}

function checkToken(token: Token, repository: Repository, area: string, access: Access): void {
  if (token.scopes !== null) {
    const scope = repository.isPrivate || access === 'admin' ? 'repo' : 'public_repo';
    if (access === 'read' || token.scopes.includes('repo') || token.scopes.includes(scope)) return;
    throw notFound();
  }
  if (area === 'metadata' || (access === 'read' && !repository.isPrivate)) return;
  const granted = token.permissions?.[area];
  if (granted === access || granted === 'write' || granted === 'admin') {
    if (reaches(token, repository)) return;
  }
  const kind = token.installation === null ? 'personal access token' : 'integration';
  throw new Refusal(403, `Resource not accessible by ${kind}`, {
    headers: { 'x-accepted-github-permissions': `${area}=${access}` },
  });
}

export function requireRole(viewer: Viewer, repository: Repository, least: Role): void {
  if (!isAtLeast(roleIn(viewer, repository), least)) throw notAllowed();
}

/** Null when nobody has it, a redirect's target when it had the name once. */
export function findRepository(world: World, name: string): { found: Repository; isMoved: boolean } | null {
  const wanted = name.toLowerCase();
  const current = world.repositories.find((each) => fullName(each).toLowerCase() === wanted);
  if (current !== undefined) return { found: current, isMoved: false };
  const former = world.repositories.find((each) =>
    each.formerNames.some((formerName) => formerName.toLowerCase() === wanted),
  );
  return former === undefined ? null : { found: former, isMoved: true };
}
