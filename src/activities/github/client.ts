import type { Octokit } from 'octokit';
import { RequestError } from 'octokit';
import type { z } from 'zod';
import { createAnswers } from './answers.js';
import { CredentialError } from './auth.js';
import { GitHubError, gitHubError } from './errors.js';
import { fetchEnd } from './download.js';
import { graphqlError, GraphqlAnswer } from './graphql.js';
import type { CallMeter } from './meter.js';

/** A request to GitHub's REST API, such as `GET /repos/{owner}/{repo}/issues`. */
export interface Asked {
  /** What it is for, in the metrics. */
  kind: string;
  route: string;
  parameters?: Record<string, unknown>;
}

/** A query or a mutation of GitHub's GraphQL API. */
export interface AskedByGraphql {
  kind: string;
  query: string;
  variables?: Record<string, unknown>;
  /** Fields that may be missing in the answer, by the end of their path: the schema takes null there. */
  mayLack?: readonly string[];
}

export interface Page<T> {
  data: T;
  hasNext: boolean;
}

/** GitHub, as one repository's work needs it. Every method throws a `GitHubError` or a `CredentialError`. */
export interface GitHubClient {
  /** Reads; what has not changed since is not sent again. */
  read<T>(asked: Asked, schema: z.ZodType<T>): Promise<Page<T>>;
  /** All pages of a list, in their order. */
  list<T>(asked: Asked, schema: z.ZodType<T[]>): Promise<T[]>;
  write<T>(asked: Asked, schema: z.ZodType<T>): Promise<T>;
  /** Asks by GraphQL. What is not there, or is named by `mayLack`, is null in the answer; any other error is thrown. */
  graphql<T>(asked: AskedByGraphql, schema: z.ZodType<T>): Promise<T>;
  /** What GitHub keeps elsewhere, such as a log; of what is longer than `most` bytes the end. */
  download(asked: Asked, most: number): Promise<Buffer>;
}

interface ClientDeps {
  /** Asked once, at the first request, and again where that failed. */
  logIn: () => Promise<Octokit>;
  meter: CallMeter;
  answerMs?: number;
  pageSize?: number;
  now?: () => number;
}

const longestAnswerMs = 30_000;
/** GitHub's own limit. */
const largestPage = 100;
/** A list without end is a mistake of whoever answers. */
const mostPages = 500;

export function createGitHubClient(deps: ClientDeps): GitHubClient {
  const { meter, answerMs = longestAnswerMs, pageSize = largestPage, now = Date.now } = deps;
  const answers = createAnswers();
  let octokit: Promise<Octokit> | null = null;

  function connect(): Promise<Octokit> {
    octokit ??= deps.logIn().catch((error: unknown) => {
      octokit = null;
      throw error;
    });
    return octokit;
  }

  async function send(
    { kind, route, parameters }: Asked,
    {
      headers = {},
      redirect = 'follow',
    }: { headers?: Record<string, string>; redirect?: 'follow' | 'manual' } = {},
  ) {
    try {
      const client = await connect();
      const request = { signal: AbortSignal.timeout(answerMs), redirect };
      const baseUrl = baseOf(client, route);
      const response = await client.request(route, { ...parameters, baseUrl, headers, request });
      meter.called(kind, response.status);
      noteLimit(response.headers);
      const data: unknown = response.data;
      return { data, headers: response.headers, isUnchanged: false };
    } catch (error) {
      if (error instanceof CredentialError) throw error;
      const status = error instanceof RequestError && error.response !== undefined ? error.status : null;
      meter.called(kind, status);
      if (status === 304) return { isUnchanged: true, data: null, headers: {} as Record<string, string> };
      throw gitHubError(error, route, answerMs, now());
    }
  }

  /** GraphQL has a limit of its own, which counts otherwise. */
  function noteLimit({ 'x-ratelimit-remaining': remaining, 'x-ratelimit-resource': of }: Headers): void {
    if (remaining !== undefined && of !== 'graphql') meter.remains(Number(remaining));
  }

  async function read<T>(asked: Asked, schema: z.ZodType<T>): Promise<Page<T>> {
    const key = JSON.stringify([asked.route, asked.parameters]);
    const before = answers.find(key);
    const answer = await send(
      asked,
      before === undefined ? {} : { headers: { 'if-none-match': before.etag } },
    );
    if (answer.isUnchanged && before !== undefined)
      return { data: parse(before.data, schema, asked), hasNext: hasNext(before.link) };
    const { headers } = answer;
    const data: unknown = answer.data;
    const page = { data: parse(data, schema, asked), hasNext: hasNext(headers.link) };
    if (headers.etag !== undefined) answers.keep(key, { etag: headers.etag, data, link: headers.link });
    return page;
  }

  return {
    read,

    async list(asked, schema) {
      const all = [];
      for (let page = 1; page <= mostPages; page += 1) {
        const parameters = { ...asked.parameters, per_page: pageSize, page };
        const { data, hasNext } = await read({ ...asked, parameters }, schema);
        all.push(...data);
        if (!hasNext) return all;
      }
      throw new GitHubError('endless', `GitHub gave more than ${mostPages} pages (${asked.route})`);
    },

    async write(asked, schema) {
      return parse((await send(asked)).data, schema, asked);
    },

    async graphql({ kind, query, variables, mayLack = [] }, schema) {
      const asked = { kind, route: graphqlRoute, parameters: { query, variables } };
      const answer = await send(asked);
      const { headers } = answer;
      const body: unknown = answer.data;
      const { data, errors } = parse(body, GraphqlAnswer, asked);
      const failed = graphqlError(errors, { mayLack, headers, now: now() });
      if (failed !== null) throw failed;
      return parse(data, schema, asked);
    },

    async download(asked, most) {
      // The credential stays at GitHub: the address that it gives is all that is needed elsewhere.
      const { headers } = await send(asked, { redirect: 'manual' });
      if (headers.location === undefined)
        throw new GitHubError('malformed', `GitHub's answer to ${asked.route} names no address`);
      return fetchEnd(headers.location, { most, asked: asked.route, answerMs, now: now() });
    },
  };
}

type Headers = Record<string, string | number | undefined>;

const graphqlRoute = 'POST /graphql';

/** An Enterprise server has its GraphQL beside its REST API, and not below it. */
function baseOf({ request }: Octokit, route: string): string {
  const { baseUrl } = request.endpoint.DEFAULTS;
  return route === graphqlRoute ? baseUrl.replace(/\/v3\/?$/, '') : baseUrl;
}

function hasNext(link: string | undefined): boolean {
  return /\brel="next"/.test(link ?? '');
}

function parse<T>(data: unknown, schema: z.ZodType<T>, { route }: Asked): T {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`;
  throw new GitHubError('malformed', `GitHub's answer to ${route} cannot be read${where}`, {
    cause: parsed.error,
  });
}
