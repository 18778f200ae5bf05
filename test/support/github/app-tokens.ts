import { generateKeyPairSync, verify } from 'node:crypto';
import { z } from 'zod';
import { nextId, now } from './identity.js';
import { addToken, userNamed } from './people.js';
import { invalid, Refusal } from './refusal.js';
import type { App, Installation, Permissions, Repository, Token, User, World } from './world.js';

/** GitHub takes no claim that lasts longer; a clock may be a minute off. */
const longestClaimMs = 11 * 60_000;
const tokenLifeMs = 60 * 60_000;

export interface NewApp {
  slug: string;
  owner: User;
  permissions: Permissions;
}

/** An app with a key of its own, which only the one who made it has. */
export function addApp(world: World, { slug, owner, permissions }: NewApp): { app: App; privateKey: string } {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const app: App = {
    id: nextId(world),
    slug,
    name: slug,
    owner,
    publicKey,
    permissions,
    createdAt: now(world),
  };
  world.apps.push(app);
  userNamed(world, `${slug}[bot]`, { type: 'Bot', app });
  return { app, privateKey };
}

export function install(
  world: World,
  app: App,
  account: User,
  repositories: Repository[] | null,
): Installation {
  const { permissions } = app;
  const id = nextId(world);
  const installation = { id, app, account, permissions, repositories, isSuspended: false };
  world.installations.push(installation);
  return installation;
}

export const isJwt = (credential: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]+$/.test(credential);

const Claims = z.object({ iss: z.coerce.string(), iat: z.number(), exp: z.number() });

/** The app that has signed the claim. */
export function appOfJwt(world: World, jwt: string): App {
  const [header = '', payload = '', signature = ''] = jwt.split('.');
  const claims = Claims.safeParse(decoded(payload));
  if (!claims.success) throw new Refusal(401, 'A JSON web token could not be decoded');
  const { iss, exp } = claims.data;
  const app = world.apps.find(({ id }) => String(id) === iss);
  if (app === undefined) throw new Refusal(401, 'Integration not found');
  const signed = Buffer.from(`${header}.${payload}`);
  if (!verify('RSA-SHA256', signed, app.publicKey, Buffer.from(signature, 'base64url')))
    throw new Refusal(401, 'A JSON web token could not be decoded');
  const left = exp * 1000 - world.now().getTime();
  const claim = "'Expiration time' claim ('exp')";
  if (left <= 0)
    throw new Refusal(
      401,
      `${claim} must be a numeric value representing the future time at which the assertion expires`,
    );
  if (left > longestClaimMs) throw new Refusal(401, `${claim} is too far in the future`);
  return app;
}

function decoded(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString());
  } catch {
    return null;
  }
}

export interface Narrowing {
  repositories?: string[] | undefined;
  permissions?: Permissions | undefined;
}

/** A token for an hour, for all that the installation may do or for less. */
export function installationToken(
  world: World,
  installation: Installation,
  { repositories, permissions }: Narrowing,
): Token {
  const { app, account } = installation;
  if (installation.isSuspended) throw new Refusal(403, 'This installation has been suspended');
  for (const [area, access] of Object.entries(permissions ?? {}))
    if (installation.permissions[area] !== access && installation.permissions[area] !== 'write')
      throw new Refusal(422, 'The permissions requested are not granted to this installation.');
  const mine = world.repositories.filter(
    (each) => each.owner === account && (installation.repositories?.includes(each) ?? true),
  );
  const chosen = repositories?.map((name) => {
    const found = mine.find((each) => each.name === name);
    if (found === undefined)
      throw invalid({ resource: 'Repository', field: 'repositories', code: 'invalid', value: name });
    return found;
  });
  return addToken(world, userNamed(world, `${app.slug}[bot]`), {
    prefix: 'ghs_',
    permissions: permissions ?? installation.permissions,
    repositories: chosen ?? installation.repositories,
    installation,
    expiresAt: world.now().getTime() + tokenLifeMs,
  });
}
