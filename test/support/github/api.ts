import type { Viewer } from './access.js';
import { nobody, viewerOf } from './access.js';
import type { Asked, Reply } from './exchange.js';
import { json } from './exchange.js';
import type { RateLimits } from './rate-limits.js';
import { Refusal } from './refusal.js';
import { answerRest } from './rest/router.js';
import type { HttpCall } from './server.js';
import { conditional } from './server.js';
import type { World } from './world.js';

const documentation = 'https://docs.github.com/rest';

/** The REST API with what is around every answer: who asks, how often, and whether anything is new. */
export async function answerApi(
  world: World,
  limits: RateLimits,
  asked: Asked,
  call: HttpCall,
): Promise<Reply> {
  let viewer: Viewer = nobody;
  let reply: Reply;
  try {
    viewer = viewerOf(world, asked.headers.authorization);
    call.login = viewer.user?.login ?? null;
    if (asked.path !== '/rate_limit') limits.check(viewer.user, 'core');
    reply = conditional(asked, await answerRest(world, limits, viewer, asked));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    reply = refusal(error);
  }
  const isFree = reply.status === 304 || asked.path === '/rate_limit';
  if (!isFree) limits.count(viewer.user, 'core');
  return {
    ...reply,
    headers: {
      ...limits.headers(viewer.user, 'core'),
      ...tokenHeaders(viewer),
      date: world.now().toUTCString(),
      'x-github-request-id': `${call.method}:${limits.of(viewer.user, 'core').used}`,
      ...reply.headers,
    },
  };
}

export function refusal({ status, message, details }: Refusal): Reply {
  const { errors, headers } = details;
  const body = { message, ...(errors && { errors }), documentation_url: documentation };
  const moved = headers?.location === undefined ? {} : { url: headers.location };
  return json(status, { ...body, ...moved, status: String(status) }, headers);
}

function tokenHeaders({ token }: Viewer): Record<string, string> {
  if (token === null) return {};
  const expires = token.expiresAt === null ? null : new Date(token.expiresAt).toISOString();
  return {
    ...(token.scopes !== null && { 'x-oauth-scopes': token.scopes.join(', ') }),
    ...(expires !== null && { 'github-authentication-token-expiration': expires }),
  };
}
