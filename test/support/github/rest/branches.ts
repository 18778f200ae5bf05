import { requireRole } from '../access.js';
import { json } from '../exchange.js';
import { notFound } from '../refusal.js';
import { branchOf, protectionOf, rulesOf } from '../shapes/branch.js';
import { commitOf } from '../shapes/commit.js';
import { commitNamed } from './checks.js';
import type { Route } from './route.js';
import { below } from './route.js';

export const branchRoutes: Route[] = [
  below('GET /branches/:branch*/protection', { administration: 'read' }, (call) => {
    const { world, repository, params } = call;
    requireRole(call.viewer, repository, 'admin');
    const rules = repository.protections[params.branch ?? ''];
    if (rules === undefined) throw notFound('Branch not protected');
    return json(200, protectionOf(world, repository, params.branch ?? '', rules));
  }),

  below('GET /rules/branches/:branch*', { metadata: 'read' }, ({ repository, params }) => {
    const rules = repository.protections[params.branch ?? ''];
    return json(200, rules === undefined ? [] : rulesOf(rules));
  }),

  below('GET /branches/:branch*', { contents: 'read' }, async ({ world, repository, params }) => {
    const name = params.branch ?? '';
    const sha = await repository.git.branch(name);
    if (sha === null) throw notFound('Branch not found');
    return json(200, await branchOf(world, repository, name, sha));
  }),

  below('GET /commits/:ref*', { contents: 'read' }, async (call) => {
    const sha = await commitNamed(call, call.params.ref ?? '');
    return json(200, await commitOf(call.world, call.repository, sha));
  }),
];
