import { schema as published } from '@octokit/graphql-schema';
import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import { buildSchema } from 'graphql';
import type { View } from './view.js';

let built: GraphQLSchema | null = null;

/** GitHub's own schema; it is large, and built once. */
export function githubSchema(): GraphQLSchema {
  built ??= buildSchema(published.idl, { assumeValid: true });
  return built;
}

/** A field of a shape is a value, or a function of the arguments. What no shape has is said aloud, and is not null. */
export const resolveField: GraphQLFieldResolver<Record<string, unknown> | undefined, View> = (
  source,
  args,
  view,
  info,
) => {
  const { fieldName, parentType } = info;
  if (source === undefined || !(fieldName in source))
    throw new Error(`the loopback GitHub does not know ${parentType.name}.${fieldName} yet`);
  const field = source[fieldName];
  return typeof field === 'function' ? (field as (...given: unknown[]) => unknown)(args, view, info) : field;
};
