import { z } from 'zod';
import type { Viewer } from '../access.js';
import type { Asked, Reply } from '../exchange.js';
import { json } from '../exchange.js';
import { apiUrl } from '../links.js';
import type { RateLimits } from '../rate-limits.js';
import { notFound, Refusal } from '../refusal.js';
import type { Permissions, Repository, User, World } from '../world.js';

/** A request on its way through the API. */
export interface Call {
  world: World;
  limits: RateLimits;
  viewer: Viewer;
  asked: Asked;
  /** Of the path, decoded. */
  params: Record<string, string>;
}

/** Of a route below a repository: the viewer may see it. */
export interface RepositoryCall extends Call {
  repository: Repository;
}

export type Answer<C extends Call> = (call: C) => Reply | Promise<Reply>;

export type Route =
  | { kind: 'plain'; on: string; answer: Answer<Call> }
  | { kind: 'repository'; on: string; needs: Permissions; answer: Answer<RepositoryCall> };

export function plain(on: string, answer: Answer<Call>): Route {
  return { kind: 'plain', on, answer };
}

/** `on` has the method and what follows `/repos/{owner}/{repo}`. */
export function below(on: string, needs: Permissions, answer: Answer<RepositoryCall>): Route {
  const [method = '', path = ''] = on.split(' ');
  return { kind: 'repository', on: `${method} /repos/:owner/:repo${path}`, needs, answer };
}

/** What the template's words stand for in the path; `:rest*` takes slashes too. Null when it does not fit. */
export function matchPath(template: string, path: string): Record<string, string> | null {
  const pattern = template.replace(/:(\w+)\*/g, '(?<$1>.+)').replace(/:(\w+)(?![\w>])/g, '(?<$1>[^/]+)');
  const found = new RegExp(`^${pattern}$`).exec(path);
  if (found === null) return null;
  return Object.fromEntries(
    Object.entries(found.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]),
  );
}

/** The body's fields. What does not fit is refused as GitHub refuses it. */
export function readBody<S extends z.ZodType>({ asked }: Call, schema: S): z.infer<S> {
  const text = asked.body.toString();
  let body: unknown;
  try {
    body = text === '' ? {} : JSON.parse(text);
  } catch {
    throw new Refusal(400, 'Problems parsing JSON');
  }
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  const lines = read.error.issues.map(({ path, message }) => `"${path.join('.')}": ${message}.`);
  throw new Refusal(422, `Invalid request.\n\n${lines.join('\n')}`);
}

export function number(call: Call, name = 'number'): number {
  const text = call.params[name] ?? '';
  if (!/^\d+$/.test(text)) throw notFound();
  return Number(text);
}

/** The viewer of a route that takes one. */
export function userOf({ viewer }: Call): User {
  if (viewer.user === null) throw new Refusal(401, 'Requires authentication');
  return viewer.user;
}

/** The asked page of the list, with links to the others. */
export function paged<T>(
  call: Call,
  items: readonly T[],
  shape: (item: T) => unknown,
  around: (page: unknown[]) => unknown = (page) => page,
): Reply {
  const { query, path } = call.asked;
  const perPage = Math.min(100, Math.max(1, Number(query.get('per_page') ?? 30) || 30));
  const page = Math.max(1, Number(query.get('page') ?? 1) || 1);
  const last = Math.max(1, Math.ceil(items.length / perPage));
  const link = (to: number, rel: string): string => {
    const asked = new URLSearchParams(query);
    asked.set('page', String(to));
    return `<${apiUrl(call.world, path)}?${asked.toString()}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [link(Math.min(page - 1, last), 'prev')] : []),
    ...(page < last ? [link(page + 1, 'next'), link(last, 'last')] : []),
    ...(page > 1 ? [link(1, 'first')] : []),
  ];
  const shown = items.slice((page - 1) * perPage, page * perPage).map(shape);
  return json(200, around(shown), links.length === 0 ? {} : { link: links.join(', ') });
}
