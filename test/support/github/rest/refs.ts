import { z } from 'zod';
import { roleIn } from '../access.js';
import { protectedRefs } from '../acts/protection.js';
import { noticeRefs } from '../acts/refs.js';
import { empty, json } from '../exchange.js';
import { Refusal } from '../refusal.js';
import { refOf } from '../shapes/ref.js';
import type { RepositoryCall, Route } from './route.js';
import { below, paged, readBody, userOf } from './route.js';

const NewRef = z.object({ ref: z.string(), sha: z.string() });
const Move = z.object({ sha: z.string(), force: z.boolean().default(false) });

const unprocessable = (message: string) => new Refusal(422, message);

/** Refs of the real repository, under `refs/`. What is created is created once, whoever else tries. */
export const refRoutes: Route[] = [
  below('GET /git/ref/:ref*', { contents: 'read' }, async (call) => {
    const ref = await call.repository.git.ref(refIn(call));
    if (ref === null) throw new Refusal(404, 'Not Found');
    return json(200, refOf(call.world, call.repository, ref));
  }),

  below('GET /git/matching-refs/:ref*', { contents: 'read' }, async (call) => {
    const refs = await call.repository.git.refs(refIn(call));
    return paged(call, refs, (ref) => refOf(call.world, call.repository, ref));
  }),

  below('POST /git/refs', { contents: 'write' }, async (call) => {
    const { repository, world } = call;
    const { ref: name, sha } = readBody(call, NewRef);
    if (!/^refs\/[^/]+\/./.test(name))
      throw unprocessable("Reference name must start with 'refs/' and have at least two slashes.");
    if ((await repository.git.attempt(['check-ref-format', name])).code !== 0)
      throw unprocessable('Reference name is not valid');
    await requireObject(call, sha);
    if (!(await repository.git.updateRef(name, sha, null))) throw unprocessable('Reference already exists');
    await noticeRefs(world, repository, userOf(call));
    return json(201, refOf(world, repository, { name, sha, type: 'commit' }));
  }),

  below('PATCH /git/refs/:ref*', { contents: 'write' }, async (call) => {
    const { repository, world } = call;
    const name = refIn(call);
    const { sha, force } = readBody(call, Move);
    requireUnprotected(call, name);
    const before = await repository.git.ref(name);
    if (before === null) throw unprocessable('Reference does not exist');
    await requireObject(call, sha);
    if (!force && !(await repository.git.isAncestor(before.sha, sha)))
      throw unprocessable('Update is not a fast forward');
    if (!(await repository.git.updateRef(name, sha, before.sha)))
      throw unprocessable('Reference cannot be updated');
    await noticeRefs(world, repository, userOf(call));
    return json(200, refOf(world, repository, { name, sha, type: 'commit' }));
  }),

  below('DELETE /git/refs/:ref*', { contents: 'write' }, async (call) => {
    const { repository, world } = call;
    const name = refIn(call);
    requireUnprotected(call, name);
    if ((await repository.git.ref(name)) === null) throw unprocessable('Reference does not exist');
    await repository.git.deleteRef(name);
    await noticeRefs(world, repository, userOf(call));
    return empty(204);
  }),
];

/** Protected branches are moved by pull requests only. */
function requireUnprotected({ repository, viewer }: RepositoryCall, ref: string): void {
  if (protectedRefs(repository, roleIn(viewer, repository)).includes(ref))
    throw unprocessable('Changes must be made through a pull request.');
}

const refIn = ({ params }: RepositoryCall) => `refs/${params.ref}`;

async function requireObject({ repository }: RepositoryCall, sha: string): Promise<void> {
  const isWhole = /^[0-9a-f]{40}$/.test(sha);
  if (!isWhole || (await repository.git.resolve(sha)) === null) throw unprocessable('Object does not exist');
}
