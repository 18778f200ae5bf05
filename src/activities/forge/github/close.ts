import { z } from 'zod';
import type { ChangeStanding } from '../../../workflows/change-port.js';
import { markOf } from '../../github/comments.js';
import { GitHubError } from '../../github/errors.js';
import type { GitHubForge } from './open.js';
import { editPull, readPull } from './pull.js';

/** Said once of each pull request. */
const lastWord = markOf('closed', 'last word');

/**
 * Closes a pull request with a last word, and removes its branch; of a merged one only the branch is left to remove. It may
 * be merged at that very moment, so it is said what has become of it.
 */
export async function closeChange(
  forge: GitHubForge,
  { number, text, branch }: { number: number; text: string; branch: string },
): Promise<ChangeStanding> {
  let pull = await readPull(forge, number);
  if (pull !== null && pull.merged_at == null) {
    if (text !== '') await forge.comments.add(number, lastWord, text);
    if (pull.state === 'open') pull = await editPull(forge, number, { state: 'closed' });
  }
  await removeBranch(forge, branch);
  return { mergedSha: pull?.merged_at == null ? null : (pull.merge_commit_sha ?? pull.head.sha) };
}

async function removeBranch({ client, place }: GitHubForge, branch: string): Promise<void> {
  const route = 'DELETE /repos/{owner}/{repo}/git/refs/{+ref}';
  const parameters = { ...place.names, ref: `heads/${branch}` };
  try {
    await client.write({ kind: 'branch', route, parameters }, z.unknown());
  } catch (error) {
    // GitHub says either of a branch that is gone.
    if (error instanceof GitHubError && ['not_found', 'validation'].includes(error.kind)) return;
    throw error;
  }
}
