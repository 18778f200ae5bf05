import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { GitHubClient } from '../../github/client.js';
import { GitHubError } from '../../github/errors.js';
import type { Place } from './place.js';

/** Of the roles that GitHub knows, and of an organization's own, it says which of four this comes to. */
const Permission = z.object({ permission: z.string() });

/** How old an answer about a person may be. */
const keptMs = 60_000;
const mostPeople = 500;
const mostWords = 5_000;

/** Whether people may write to the repository: what those who may not say is passed on to nobody. */
export interface Permissions {
  mayWrite(login: string): Promise<boolean>;
  /** The same of who has said this, as it was when it was first seen: it need not be asked at every look. */
  mayHaveSaid(login: string, word: { id: string; text: string }): Promise<boolean>;
}

export function createPermissions(
  client: GitHubClient,
  { names }: Place,
  now: () => number = Date.now,
): Permissions {
  const people = new Map<string, { mayWrite: boolean; at: number }>();
  const words = new Map<string, boolean>();

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

  async function mayWrite(login: string): Promise<boolean> {
    const before = people.get(login);
    const age = before === undefined ? Infinity : now() - before.at;
    // A clock that was set back makes nothing younger.
    if (before !== undefined && age >= 0 && age <= keptMs) return before.mayWrite;
    const answer = await ask(login);
    keep(people, mostPeople, login, { mayWrite: answer, at: now() });
    return answer;
  }

  return {
    mayWrite,

    async mayHaveSaid(login, { id, text }) {
      // Who has lost the right may still edit what they have said.
      const key = `${id} ${createHash('sha256').update(text).digest('hex')}`;
      const answer = words.get(key) ?? (await mayWrite(login));
      keep(words, mostWords, key, answer);
      return answer;
    },
  };
}

/** The ones that were not asked for longest go first. */
function keep<T>(kept: Map<string, T>, most: number, key: string, value: T): void {
  kept.delete(key);
  kept.set(key, value);
  for (const oldest of [...kept.keys()].slice(0, -most)) kept.delete(oldest);
}
