import { z } from 'zod';
import { json } from '../exchange.js';
import { repositoryApi } from '../links.js';
import { notFound } from '../refusal.js';
import type { Schemas } from '../shapes/schemas.js';
import type { RepositoryCall, Route } from './route.js';
import { below, readBody } from './route.js';

const NewBlob = z.object({ content: z.string(), encoding: z.enum(['utf-8', 'base64']).default('utf-8') });

/** Texts in the real repository, by their hash. */
export const blobRoutes: Route[] = [
  below('POST /git/blobs', { contents: 'write' }, async (call) => {
    const { content, encoding } = readBody(call, NewBlob);
    const input = Buffer.from(content, encoding);
    const sha = await call.repository.git.git(['hash-object', '-w', '--stdin'], { input });
    const created: Schemas['short-blob'] = { url: urlOf(call, sha), sha };
    return json(201, created);
  }),

  below('GET /git/blobs/:sha', { contents: 'read' }, async (call) => {
    const { sha = '' } = call.params;
    const { code, stdout } = await call.repository.git.attempt(['cat-file', 'blob', sha]);
    if (!/^[0-9a-f]{40}$/.test(sha) || code !== 0) throw notFound();
    const found: Schemas['blob'] = {
      sha,
      node_id: `B_${sha}`,
      size: stdout.length,
      url: urlOf(call, sha),
      content: stdout.toString('base64'),
      encoding: 'base64',
    };
    return json(200, found);
  }),
];

const urlOf = ({ world, repository }: RepositoryCall, sha: string) =>
  repositoryApi(world, repository, `/git/blobs/${sha}`);
