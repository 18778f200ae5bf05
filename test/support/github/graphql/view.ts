import { GraphQLError } from 'graphql';
import type { Viewer } from '../access.js';
import { canSee } from '../access.js';
import type { RateLimits } from '../rate-limits.js';
import type { Repository, User, World } from '../world.js';

/** The world through the eyes of who asks. */
export interface View {
  world: World;
  viewer: Viewer;
  user: User;
  limits: RateLimits;
  /** What the query counts as against the limit. */
  cost: number;
}

/** A shape: the fields of a type that the fake knows, by their names in GitHub's schema. */
export type Shape<T> = { __typename: string } & { [field in keyof T]?: unknown };

/** An error as GitHub has it in an answer of status 200. */
export function graphqlError(type: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { type } });
}

export const seen = ({ viewer }: View, repository: Repository): boolean => canSee(viewer, repository);
