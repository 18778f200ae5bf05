import type { Viewer } from '../access.js';
import { canSee, checkAccess, findRepository } from '../access.js';
import type { Asked, Reply } from '../exchange.js';
import { apiUrl } from '../links.js';
import type { RateLimits } from '../rate-limits.js';
import { notFound, Refusal } from '../refusal.js';
import type { Repository, World } from '../world.js';
import { actionRoutes } from './actions.js';
import { appRoutes } from './apps.js';
import { blobRoutes } from './blobs.js';
import { branchRoutes } from './branches.js';
import { checkRoutes } from './checks.js';
import { commentRoutes } from './comments.js';
import { issueRoutes } from './issues.js';
import { labelRoutes } from './labels.js';
import { pullRoutes } from './pulls.js';
import { refRoutes } from './refs.js';
import { relationRoutes } from './relations.js';
import { repositoryRoutes } from './repositories.js';
import { reviewRoutes } from './reviews.js';
import type { Call, Route } from './route.js';
import { matchPath } from './route.js';

/** The first that fits answers: `/issues/comments` stands before `/issues/:number`. */
const routes: Route[] = [
  ...repositoryRoutes,
  ...commentRoutes,
  ...labelRoutes,
  ...relationRoutes,
  ...issueRoutes,
  ...refRoutes,
  ...blobRoutes,
  ...reviewRoutes,
  ...pullRoutes,
  ...checkRoutes,
  ...actionRoutes,
  ...branchRoutes,
  ...appRoutes,
];

/** The REST API's answer. It throws a `Refusal` for what is not granted. */
export async function answerRest(
  world: World,
  limits: RateLimits,
  viewer: Viewer,
  asked: Asked,
): Promise<Reply> {
  const path = byName(world, asked.path);
  for (const route of routes) {
    const [method = '', template = ''] = route.on.split(' ');
    const params = method === asked.method ? matchPath(template, path) : null;
    if (params === null) continue;
    const call: Call = { world, limits, viewer, asked, params };
    if (route.kind === 'plain') return route.answer(call);
    const repository = repositoryIn(call, path);
    checkAccess(viewer, repository, route.needs);
    if (repository.isArchived && asked.method !== 'GET')
      throw new Refusal(403, 'Repository was archived so is read-only.');
    return route.answer({ ...call, repository });
  }
  throw notFound();
}

/** `/repositories/{id}/…` is where redirects lead. */
function byName(world: World, path: string): string {
  const [, id, rest = ''] = /^\/repositories\/(\d+)(.*)$/.exec(path) ?? [];
  if (id === undefined) return path;
  const repository = world.repositories.find((each) => each.id === Number(id));
  return repository === undefined ? path : `/repos/${repository.owner.login}/${repository.name}${rest}`;
}

function repositoryIn({ world, viewer, asked, params }: Call, path: string): Repository {
  const { owner = '', repo = '' } = params;
  const repository = findRepository(world, `${owner}/${repo}`);
  if (repository === null || !canSee(viewer, repository.found)) throw notFound();
  if (!repository.isMoved) return repository.found;
  const rest = path.split('/').slice(4).join('/');
  const to = `/repositories/${repository.found.id}${rest === '' ? '' : `/${rest}`}`;
  const query = asked.query.size === 0 ? '' : `?${asked.query.toString()}`;
  const isRead = asked.method === 'GET';
  throw new Refusal(isRead ? 301 : 307, isRead ? 'Moved Permanently' : 'Temporary Redirect', {
    headers: { location: apiUrl(world, `${to}${query}`) },
  });
}
