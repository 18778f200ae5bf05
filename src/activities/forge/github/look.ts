import type { ChangeSeen } from '../../../domain/change.js';
import type { GitHubClient } from '../../github/client.js';
import { createPermissions } from './permissions.js';
import type { Place } from './place.js';
import { readChanges } from './read-changes.js';
import { toSeen } from './seen.js';
import { openThreads } from './threads.js';

/** The changes as they are now, by number; one that is not there is left out. Reads only. */
export async function lookAt(
  client: GitHubClient,
  place: Place,
  numbers: readonly number[],
  permissions = createPermissions(client, place),
): Promise<Map<number, ChangeSeen>> {
  const { pulls, viewer } = await readChanges(client, place, numbers);
  const seen = new Map<number, ChangeSeen>();
  for (const pull of pulls) seen.set(pull.number, toSeen(pull, await openThreads(pull, permissions), viewer));
  return seen;
}
