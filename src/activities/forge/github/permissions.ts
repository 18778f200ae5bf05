import { z } from 'zod';
import type { GitHubClient } from '../../github/client.js';
import { GitHubError } from '../../github/errors.js';
import type { Place } from './place.js';

/** Of the roles that GitHub knows, and of an organization's own, it says which of four this comes to. */
const Permission = z.object({ permission: z.string() });

/** How old an answer may be where nothing is decided by it. */
const keptMs = 15 * 60_000;
const mostKept = 500;

/** Whether people may write to the repository: what those who may not say is passed on to nobody. */
export interface Permissions {
  /** `freshMs`: how old the answer may be. */
  mayWrite(login: string, freshMs?: number): Promise<boolean>;
}

export function createPermissions(
  client: GitHubClient,
  { names }: Place,
  now: () => number = Date.now,
): Permissions {
  const kept = new Map<string, { mayWrite: boolean; at: number }>();

  async function ask(login: string): Promise<boolean> {
    const route = 'GET /repos/{owner}/{repo}/collaborators/{username}/permission';
    const asked = { kind: 'permission', route, parameters: { ...names, username: login } };
    try {
      const { permission } = (await client.read(asked, Permission)).data;
      return permission === 'admin' || permission === 'write';
    } catch (error) {
      // Somebody who has left GitHub meanwhile, or has another name now.
      if (error instanceof GitHubError && error.kind === 'not_found') return false;
      throw error;
    }
  }

  return {
    async mayWrite(login, freshMs = keptMs) {
      const before = kept.get(login);
      const age = before === undefined ? Infinity : now() - before.at;
      // A clock that was set back makes nothing younger.
      if (before !== undefined && age >= 0 && age <= freshMs) return before.mayWrite;
      const mayWrite = await ask(login);
      kept.delete(login);
      kept.set(login, { mayWrite, at: now() });
      for (const oldest of [...kept.keys()].slice(0, -mostKept)) kept.delete(oldest);
      return mayWrite;
    },
  };
}
