import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { createArrivals } from './arrivals.js';
import { createDeliveries } from './deliveries.js';
import type { Attention } from './github-event.js';
import { attentionOf } from './github-event.js';
import { isSigned } from './signature.js';

export const webhookPath = '/webhooks/github';

const longestBody = 1024 * 1024;
const mostInAMinute = 600;

export interface WebhookDeps {
  secret: string;
  /** Names in a request's `Host` that are meant for us. */
  hosts: readonly string[];
  /** Has the project look. Rejects where it cannot be told. */
  call: (attention: Attention) => Promise<void>;
  /** Told why one could not be told. */
  failed: (error: unknown) => void;
  now?: () => number;
}

/**
 * Takes what GitHub tells of its changes, signed with the secret. It is only ever a reason to look: a delivery that is
 * doubled, late, out of order or lost changes nothing but when that is done.
 */
export function createWebhooks({ secret, hosts, call, failed, now }: WebhookDeps): Hono {
  const arrivals = createArrivals(mostInAMinute, now);
  const deliveries = createDeliveries();
  const known = new Set(hosts.map((host) => host.toLowerCase()));
  const app = new Hono();

  app.use(async (context, next) => {
    // A page in somebody's browser may reach loopback by a name of its own.
    if (!known.has(hostOf(context.req.header('host')))) return context.text('unknown host', 421);
    const seconds = arrivals.admit();
    if (seconds === null) return next();
    return context.text('too many requests', 429, { 'retry-after': String(seconds) });
  });
  app.use(bodyLimit({ maxSize: longestBody, onError: (context) => context.text('too large', 413) }));

  app.post(webhookPath, async (context) => {
    const { req } = context;
    const body = new Uint8Array(await req.arrayBuffer());
    if (!isSigned(body, req.header('x-hub-signature-256'), secret)) return context.text('not signed', 401);
    const id = req.header('x-github-delivery') ?? '';
    const attention = attentionOf(req.header('x-github-event') ?? '', parse(body));
    if (id === '' || attention === null || !deliveries.take(id)) return context.body(null, 204);
    try {
      await call(attention);
    } catch (error) {
      deliveries.forget(id);
      failed(error);
      return context.text('the project cannot be told now', 503);
    }
    return context.body(null, 202);
  });

  app.notFound((context) => context.text('not found', 404));
  return app;
}

/** Without its port. */
function hostOf(header: string | undefined): string {
  return (header ?? '').toLowerCase().replace(/:\d+$/, '');
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString());
  } catch {
    return null;
  }
}
