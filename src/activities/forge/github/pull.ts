import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { GitHubError, orNull } from '../../github/errors.js';
import type { GitHubForge } from './open.js';

const Login = z.object({ login: z.string() });

/** What is used of a pull request, as the REST API has it. */
export const Pull = z.object({
  number: z.int(),
  node_id: z.string(),
  html_url: z.string(),
  state: z.enum(['open', 'closed']),
  merged_at: z.string().nullish(),
  /** Of an open one it is a trial. */
  merge_commit_sha: z.string().nullish(),
  draft: z.boolean().nullish(),
  title: z.string(),
  body: z.string().nullish(),
  user: Login.nullish(),
  head: z.object({ ref: z.string(), sha: z.string() }),
  auto_merge: z.object({}).nullish(),
});
export type Pull = z.infer<typeof Pull>;

const kind = 'change';
export const pulls = 'repos/{owner}/{repo}/pulls';

/** Null where there is no such pull request. */
export async function readPull({ client, place }: GitHubForge, number: number): Promise<Pull | null> {
  const parameters = { ...place.names, pull_number: number };
  const asked = { kind, route: `GET /${pulls}/{pull_number}`, parameters };
  return (await orNull(client.read(asked, Pull)))?.data ?? null;
}

/** The open pull request of a branch of the repository itself, the oldest of several. */
export async function findPull(
  { client, place }: GitHubForge,
  { branch }: { branch: string },
): Promise<Pull | null> {
  const { owner } = place.names;
  const parameters = { ...place.names, head: `${owner}:${branch}`, state: 'open' };
  const found = await client.list({ kind, route: `GET /${pulls}`, parameters }, z.array(Pull));
  return found.at(-1) ?? null;
}

export interface NewPull {
  branch: string;
  base: string;
  title: string;
  body: string;
  isDraft: boolean;
}

/** Opens it as a draft only where the repository's plan has such. */
export async function openPull(forge: GitHubForge, wanted: NewPull): Promise<Pull> {
  try {
    return await create(forge, wanted);
  } catch (error) {
    if (!isInvalid(error)) throw error;
    // Somebody, or an earlier try of ours, was faster.
    const found = await findPull(forge, wanted);
    if (found !== null) return found;
    if (await lacksBase(forge, wanted.base)) throw noBase(wanted.base, error);
    if (wanted.isDraft) return create(forge, { ...wanted, isDraft: false });
    throw error;
  }
}

function create(
  { client, place }: GitHubForge,
  { branch, base, title, body, isDraft }: NewPull,
): Promise<Pull> {
  const parameters = { ...place.names, head: branch, base, title, body, draft: isDraft };
  return client.write({ kind, route: `POST /${pulls}`, parameters }, Pull);
}

async function lacksBase({ client, place }: GitHubForge, base: string): Promise<boolean> {
  const route = 'GET /repos/{owner}/{repo}/git/ref/{+ref}';
  const parameters = { ...place.names, ref: `heads/${base}` };
  return (await orNull(client.read({ kind, route, parameters }, z.unknown()))) === null;
}

function noBase(base: string, cause: GitHubError): GitHubError {
  const message = `GitHub has no branch ${base}, which repository.base names`;
  return new GitHubError('validation', message, { cause });
}

export function editPull(
  { client, place }: GitHubForge,
  number: number,
  edit: { title?: string; body?: string; state?: 'closed' },
): Promise<Pull> {
  const parameters = { ...place.names, pull_number: number, ...edit };
  return client.write({ kind, route: `PATCH /${pulls}/{pull_number}`, parameters }, Pull);
}

export function isInvalid(error: unknown): error is GitHubError {
  return error instanceof GitHubError && error.kind === 'validation';
}

const mostLooks = 10;
const pauseMs = 500;

/** GitHub takes in a push a moment after git has made it; until then nothing can be said about its lines. */
export async function atCommit(
  forge: GitHubForge,
  pull: Pull,
  { sha, signal }: { sha: string; signal: AbortSignal },
): Promise<Pull> {
  let seen: Pull | null = pull;
  for (let looks = 0; looks < mostLooks && seen !== null; looks += 1) {
    if (seen.head.sha === sha) return seen;
    await setTimeout(pauseMs, undefined, { signal });
    seen = await readPull(forge, pull.number);
  }
  throw new GitHubError('server', `GitHub has not taken in ${sha.slice(0, 12)} for #${pull.number} yet`);
}
