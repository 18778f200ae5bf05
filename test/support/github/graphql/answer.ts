import type { DocumentNode, FormattedExecutionResult } from 'graphql';
import { execute, GraphQLError, parse, validate } from 'graphql';
import { z } from 'zod';
import type { Viewer } from '../access.js';
import { viewerOf } from '../access.js';
import { refusal } from '../api.js';
import type { Asked, Reply } from '../exchange.js';
import { json } from '../exchange.js';
import type { RateLimits } from '../rate-limits.js';
import { Refusal } from '../refusal.js';
import type { HttpCall } from '../server.js';
import type { World } from '../world.js';
import { costOf } from './cost.js';
import { mutationsOf } from './mutations.js';
import { rootOf } from './root.js';
import { githubSchema, resolveField } from './schema.js';
import { graphqlError } from './view.js';

const Asking = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});
type Asking = z.infer<typeof Asking>;

/** The GraphQL API. Whatever is wrong with a query is told in an answer of status 200. */
export async function answerGraphql(
  world: World,
  limits: RateLimits,
  asked: Asked,
  call: HttpCall,
): Promise<Reply> {
  try {
    const viewer = viewerOf(world, asked.headers.authorization);
    call.login = viewer.user?.login ?? null;
    const body = await answer(world, limits, viewer, asked);
    return json(200, body, limits.headers(viewer.user, 'graphql'));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return refusal(error);
  }
}

async function answer(world: World, limits: RateLimits, viewer: Viewer, asked: Asked): Promise<object> {
  const { user } = viewer;
  if (user === null) throw new Refusal(401, 'This endpoint requires you to be authenticated.');
  if (limits.of(user, 'graphql').remaining === 0) {
    const message = `API rate limit exceeded for user ID ${user.id}.`;
    return { errors: [shown(graphqlError('RATE_LIMITED', message))] };
  }
  const asking = Asking.safeParse(parsed(asked.body.toString()));
  if (!asking.success)
    return { errors: [{ message: 'A query attribute must be specified and must be a string.' }] };
  const read = readDocument(asking.data);
  if ('errors' in read) return { errors: read.errors.map(shown) };
  const cost = costOf(read.document, asking.data.variables ?? {});
  limits.count(user, 'graphql', cost);
  const view = { world, viewer, user, limits, cost };
  const { data, errors } = await execute({
    schema: githubSchema(),
    document: read.document,
    rootValue: { ...rootOf(view), ...mutationsOf(view) },
    contextValue: view,
    variableValues: asking.data.variables ?? {},
    operationName: asking.data.operationName ?? null,
    fieldResolver: resolveField,
  });
  return { ...(data !== undefined && { data }), ...(errors && { errors: errors.map(shown) }) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, 'Problems parsing JSON');
  }
}

function readDocument({ query }: Asking): { document: DocumentNode } | { errors: readonly GraphQLError[] } {
  try {
    const document = parse(query);
    const errors = validate(githubSchema(), document);
    return errors.length > 0 ? { errors } : { document };
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [error] };
    throw error;
  }
}

/** GitHub has the type of an error beside its message. */
function shown(error: GraphQLError): object {
  const { message, path, locations, extensions }: NonNullable<FormattedExecutionResult['errors']>[0] =
    error.toJSON();
  const { type } = extensions ?? {};
  return { ...(type === undefined ? {} : { type }), path, locations, message };
}
