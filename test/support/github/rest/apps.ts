import { z } from 'zod';
import { credentialOf } from '../access.js';
import { appOfJwt, installationToken, isJwt } from '../app-tokens.js';
import { json } from '../exchange.js';
import { notFound, Refusal } from '../refusal.js';
import { appOf } from '../shapes/app.js';
import type { App } from '../world.js';
import type { Call, Route } from './route.js';
import { number, plain, readBody } from './route.js';

const Narrowing = z.object({
  repositories: z.array(z.string()).optional(),
  permissions: z.record(z.string(), z.enum(['read', 'write', 'admin'])).optional(),
});

export const appRoutes: Route[] = [
  plain('GET /app', (call) => json(200, appOf(call.world, appIn(call)))),

  plain('POST /app/installations/:id/access_tokens', (call) => {
    const app = appIn(call);
    const id = number(call, 'id');
    const installation = call.world.installations.find((each) => each.id === id && each.app === app);
    if (installation === undefined) throw notFound();
    const token = installationToken(call.world, installation, readBody(call, Narrowing));
    return json(201, {
      token: token.value,
      expires_at: new Date(token.expiresAt ?? 0).toISOString(),
      permissions: token.permissions,
      repository_selection: token.repositories === null ? 'all' : 'selected',
    });
  }),
];

function appIn({ world, asked }: Call): App {
  const credential = credentialOf(asked.headers.authorization);
  if (credential === null || !isJwt(credential))
    throw new Refusal(401, 'A JSON web token could not be decoded');
  return appOfJwt(world, credential);
}
