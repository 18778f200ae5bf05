import type { Octokit } from 'octokit';
import { z } from 'zod';
import { CredentialError } from './auth.js';
import { GitHubError, gitHubError } from './errors.js';
import type { Names } from './names.js';
import type { Need } from './needs.js';

/** What speaks to GitHub, as far as it tells what it may do. */
export type Credential =
  { kind: 'app' } | { kind: 'classic token'; scopes: string[] } | { kind: 'fine-grained token' };

/** How a credential stands with a repository. */
export interface Standing {
  credential: Credential;
  /** What the repository is called by now. */
  name: string;
  isPrivate: boolean;
  isArchived: boolean;
  hasIssues: boolean;
  /** Whether the user of a token may write there at all. */
  mayPush: boolean;
  missing: Need[];
  /** In ms since the epoch; null where GitHub names none. */
  expiresAt: number | null;
  /** Null where there is no limit, as on some servers of one's own. */
  limit: Limit | null;
}

export interface Limit {
  limit: number;
  used: number;
  remaining: number;
  /** In s since the epoch. */
  reset: number;
}

const Repository = z.object({
  full_name: z.string(),
  private: z.boolean(),
  archived: z.boolean().catch(false),
  has_issues: z.boolean().catch(true),
  permissions: z.object({ push: z.boolean() }).catch({ push: true }),
});
const Limits = z.object({
  rate: z.object({ limit: z.number(), used: z.number(), remaining: z.number(), reset: z.number() }),
});
const Installation = z.object({ permissions: z.record(z.string(), z.string()) });

/** As far as it is looked at. */
interface Answer {
  data: unknown;
  headers: Record<string, string | number | undefined>;
}

const answerMs = 30_000;

interface Examined {
  logIn: () => Promise<Octokit>;
  names: Names;
  isApp: boolean;
  needs: readonly Need[];
}

/** Asks GitHub, and changes nothing there. Throws a `GitHubError` or a `CredentialError`. */
export async function examine({ logIn, names, isApp, needs }: Examined): Promise<Standing> {
  const octokit = await connect(logIn);

  async function ask(route: string): Promise<Answer> {
    try {
      return await octokit.request(route, { ...names, request: { signal: AbortSignal.timeout(answerMs) } });
    } catch (error) {
      throw gitHubError(error, route, answerMs, Date.now());
    }
  }

  /** What it may do, GitHub refuses for another reason. */
  async function isRefused({ probe }: Need): Promise<boolean> {
    try {
      await ask(probe);
    } catch (error) {
      if (!(error instanceof GitHubError)) throw error;
      if (['validation', 'refused'].includes(error.kind)) return false;
      if (!['forbidden', 'not_found'].includes(error.kind)) throw error;
      return true;
    }
    return false;
  }

  async function findMissing(credential: Credential): Promise<Need[]> {
    switch (credential.kind) {
      case 'app': {
        const { permissions } = parse(await octokit.auth({ type: 'installation' }), Installation);
        return needs.filter(({ area }) => permissions[area] !== 'write');
      }
      // Its scopes are said by GitHub, and are for all of a repository.
      case 'classic token':
        return [];
      case 'fine-grained token': {
        const refused: Need[] = [];
        for (const need of needs) if (await isRefused(need)) refused.push(need);
        return refused;
      }
      default:
        return credential satisfies never;
    }
  }

  const { data, headers } = await ask('GET /repos/{owner}/{repo}');
  const repository = parse(data, Repository);
  const credential = credentialOf(isApp, headers['x-oauth-scopes']);
  const expires = Date.parse(String(headers['github-authentication-token-expiration'] ?? ''));
  return {
    credential,
    name: repository.full_name,
    isPrivate: repository.private,
    isArchived: repository.archived,
    hasIssues: repository.has_issues,
    mayPush: isApp || repository.permissions.push,
    // There nobody may write, whatever is allowed.
    missing: repository.archived ? [] : await findMissing(credential),
    expiresAt: isApp || Number.isNaN(expires) ? null : expires,
    limit: await findLimit(ask),
  };
}

/** Where an App is installed has to be asked. */
async function connect(logIn: () => Promise<Octokit>): Promise<Octokit> {
  try {
    return await logIn();
  } catch (error) {
    if (error instanceof CredentialError) throw error;
    throw gitHubError(error, 'where the App is installed', answerMs, Date.now());
  }
}

/** Only a classic token has scopes, be they none. */
function credentialOf(isApp: boolean, scopes: unknown): Credential {
  if (isApp) return { kind: 'app' };
  if (typeof scopes !== 'string') return { kind: 'fine-grained token' };
  const all = scopes.split(',').map((scope) => scope.trim());
  return { kind: 'classic token', scopes: all.filter((scope) => scope !== '') };
}

async function findLimit(ask: (route: string) => Promise<{ data: unknown }>): Promise<Limit | null> {
  try {
    return parse((await ask('GET /rate_limit')).data, Limits).rate;
  } catch (error) {
    if (error instanceof GitHubError && error.kind === 'not_found') return null;
    throw error;
  }
}

function parse<T>(data: unknown, schema: z.ZodType<T>): T {
  const { success, data: parsed, error } = schema.safeParse(data);
  if (success) return parsed;
  throw new GitHubError('malformed', "GitHub's answer cannot be read: is this the address of its API?", {
    cause: error,
  });
}
