import { Refusal } from './refusal.js';
import type { Schemas } from './shapes/schemas.js';
import type { User, World } from './world.js';

export type Resource = 'core' | 'graphql';

/** How many requests an hour a user has left; who has no name has few. */
export class RateLimits {
  private readonly used = new Map<string, Schemas['rate-limit']>();

  constructor(private readonly world: World) {}

  /** Plain numbers: a test may set them. `reset` is in seconds. */
  of(user: User | null, resource: Resource): Schemas['rate-limit'] {
    const key = `${resource} ${user?.id ?? 'anonymous'}`;
    const seconds = Math.floor(this.world.now().getTime() / 1000);
    const known = this.used.get(key);
    if (known !== undefined && known.reset > seconds) return known;
    const limit = user === null ? 60 : 5000;
    const fresh = { limit, used: 0, remaining: limit, reset: seconds + 3600 };
    this.used.set(key, fresh);
    return fresh;
  }

  check(user: User | null, resource: Resource): void {
    if (this.of(user, resource).remaining > 0) return;
    const who = user === null ? '127.0.0.1' : `user ID ${user.id}`;
    throw new Refusal(403, `API rate limit exceeded for ${who}.`);
  }

  count(user: User | null, resource: Resource, cost = 1): void {
    const limit = this.of(user, resource);
    limit.used += cost;
    limit.remaining = Math.max(0, limit.remaining - cost);
  }

  headers(user: User | null, resource: Resource): Record<string, string> {
    const { limit, remaining, reset, used } = this.of(user, resource);
    return {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(remaining),
      'x-ratelimit-reset': String(reset),
      'x-ratelimit-used': String(used),
      'x-ratelimit-resource': resource,
    };
  }

  overview(user: User | null): Schemas['rate-limit-overview'] {
    const core = this.of(user, 'core');
    return { resources: { core, graphql: this.of(user, 'graphql'), search: core }, rate: core };
  }
}
