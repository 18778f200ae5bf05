import { requireRole, roleIn } from '../access.js';
import { empty, json } from '../exchange.js';
import { findUser, isAtLeast } from '../people.js';
import { notFound, Refusal } from '../refusal.js';
import { repositoryOf } from '../shapes/repository.js';
import { collaborator, collaboratorPermission, publicUser, simpleUser } from '../shapes/user.js';
import type { User } from '../world.js';
import { mayBeAssigned } from './issues.js';
import type { Call, RepositoryCall, Route } from './route.js';
import { below, paged, plain, userOf } from './route.js';

export const repositoryRoutes: Route[] = [
  plain('GET /rate_limit', ({ limits, viewer }) => json(200, limits.overview(viewer.user))),

  plain('GET /meta', () =>
    json(200, { verifiable_password_authentication: true, installed_version: '3.17.0' }),
  ),

  plain('GET /user', (call) => {
    const user = userOf(call);
    if (call.viewer.token?.installation != null)
      throw new Refusal(403, 'Resource not accessible by integration');
    return json(200, publicUser(call.world, user));
  }),

  plain('GET /users/:login', (call) => json(200, publicUser(call.world, userIn(call)))),

  below('GET ', { metadata: 'read' }, ({ world, repository, viewer }) =>
    json(200, repositoryOf(world, repository, viewer.user)),
  ),

  below('GET /assignees', { metadata: 'read' }, (call) =>
    paged(call, peopleOf(call), (user) => simpleUser(call.world, user)),
  ),

  below('GET /assignees/:login', { metadata: 'read' }, (call) => {
    if (!mayBeAssigned(call.repository, userIn(call))) throw notFound();
    return empty(204);
  }),

  below('GET /collaborators', { metadata: 'read' }, (call) => {
    requireRole(call.viewer, call.repository, 'write');
    return paged(call, peopleOf(call), (user) => collaborator(call.world, call.repository, user));
  }),

  below('GET /collaborators/:login', { metadata: 'read' }, (call) => {
    requireRole(call.viewer, call.repository, 'write');
    if (!mayBeAssigned(call.repository, userIn(call))) throw notFound();
    return empty(204);
  }),

  below('GET /collaborators/:login/permission', { metadata: 'read' }, (call) => {
    if (!isAtLeast(roleIn(call.viewer, call.repository), 'write'))
      throw new Refusal(403, 'Must have push access to view collaborator permission.');
    return json(200, collaboratorPermission(call.world, call.repository, userIn(call)));
  }),
];

function userIn({ world, params }: Call): User {
  const user = findUser(world, params.login ?? '');
  if (user === undefined || user.isDeleted) throw notFound();
  return user;
}

function peopleOf({ repository }: RepositoryCall): User[] {
  const people = [repository.owner, ...repository.roles.keys()];
  return [...new Set(people)].filter((user) => mayBeAssigned(repository, user));
}
