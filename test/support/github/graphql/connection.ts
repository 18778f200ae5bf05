import type { GraphQLResolveInfo } from 'graphql';
import type { View } from './view.js';
import { graphqlError } from './view.js';

export interface PageArguments {
  first?: number | null;
  last?: number | null;
  after?: string | null;
  before?: string | null;
}

const most = 100;

/** The asked page of a list. GitHub gives none without being told how long. */
export function connection<T extends { id: number }, A extends PageArguments = PageArguments>(
  list: (args: A) => readonly T[],
  shape: (item: T) => unknown,
  more: Record<string, unknown> = {},
) {
  return (args: A, _view: View, { fieldName }: GraphQLResolveInfo) => {
    checkBounds(args, fieldName);
    const items = list(args);
    const from = args.after == null ? 0 : positionOf(items, args.after) + 1;
    const to = args.before == null ? items.length : positionOf(items, args.before);
    const start = args.first == null ? Math.max(from, to - (args.last ?? most)) : from;
    const end = args.first == null ? to : Math.min(to, from + args.first);
    const page = items.slice(start, end);
    const edges = page.map((item, index) => ({
      cursor: cursorOf(item, start + index),
      node: shape(item),
    }));
    return {
      totalCount: items.length,
      nodes: edges.map(({ node }) => node),
      edges,
      pageInfo: {
        startCursor: edges[0]?.cursor ?? null,
        endCursor: edges.at(-1)?.cursor ?? null,
        hasNextPage: end < items.length,
        hasPreviousPage: start > 0,
      },
      ...more,
    };
  };
}

function checkBounds({ first, last }: PageArguments, name: string): void {
  if (first == null && last == null) {
    const message = `You must provide a \`first\` or \`last\` value to properly paginate the \`${name}\` connection.`;
    throw graphqlError('MISSING_PAGINATION_BOUNDARIES', message);
  }
  const wanted = first ?? last ?? 0;
  if (wanted <= most) return;
  const bound = first == null ? 'last' : 'first';
  const message = `Requesting ${wanted} records on the \`${name}\` connection exceeds the \`${bound}\` limit of ${most} records.`;
  throw graphqlError('EXCESSIVE_PAGINATION', message);
}

/** The position stands in for an item that has left the list meanwhile. */
function cursorOf({ id }: { id: number }, position: number): string {
  return Buffer.from(`cursor:${id}:${position}`).toString('base64');
}

function positionOf(items: readonly { id: number }[], cursor: string): number {
  const [, id, position] = Buffer.from(cursor, 'base64').toString().split(':');
  const found = items.findIndex((item) => item.id === Number(id));
  return found === -1 ? Number(position) - 1 : found;
}
