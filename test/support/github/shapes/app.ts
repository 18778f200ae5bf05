import { apiUrl, webUrl } from '../links.js';
import type { App, World } from '../world.js';
import type { Schemas } from './schemas.js';
import { simpleUser } from './user.js';

export function appOf(world: World, app: App): NonNullable<Schemas['integration']> {
  return {
    id: app.id,
    slug: app.slug,
    node_id: `A_kwDO${Buffer.from(String(app.id)).toString('base64url')}`,
    client_id: `Iv1.${app.id}`,
    owner: simpleUser(world, app.owner),
    name: app.name,
    description: null,
    external_url: apiUrl(world),
    html_url: webUrl(world, `/github-apps/${app.slug}`),
    created_at: app.createdAt,
    updated_at: app.createdAt,
    permissions: app.permissions,
    events: [],
    installations_count: world.installations.filter((each) => each.app === app).length,
  };
}

export function integrationOf(world: World, app: App | null): Schemas['nullable-integration'] {
  return app === null ? null : appOf(world, app);
}
