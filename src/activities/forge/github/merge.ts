import { z } from 'zod';
import type { ChangePort, MergeChangeOutcome } from '../../../workflows/change-port.js';
import { commitMessage } from '../../git/message.js';
import { GitHubError } from '../../github/errors.js';
import { inWords } from '../../github/failure.js';
import type { Merging } from './auto-merge.js';
import { enqueue, mergeWhenReady } from './auto-merge.js';
import type { LandingFacts } from './landing-facts.js';
import { readLandingFacts } from './landing-facts.js';
import { lookAt } from './look.js';
import type { GitHubForge } from './open.js';
import { isInvalid, pulls } from './pull.js';

export type MergeInput = Parameters<ChangePort['mergeChange']>[0];

/** What GitHub refuses although nothing that it tells is in the way: a base that moves at that moment, mostly. */
const mostTries = 3;

/**
 * Merges a pull request at exactly this commit, as its base wants it: by its queue, by itself once all is there, or now.
 * Nothing that protects the base is passed over, also where the credential could. Key: the commit. Throws `GitHubError`.
 */
export async function mergeChange(
  forge: GitHubForge,
  input: MergeInput,
  signal: AbortSignal,
): Promise<MergeChangeOutcome> {
  let refusal: GitHubError | null = null;
  for (let tries = 0; tries < mostTries; tries += 1) {
    const facts = await readLandingFacts(forge, input.number, signal);
    const settled = settledBy(facts, input);
    if (settled !== null) return settled;
    try {
      return await advance(forge, facts, input);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      refusal = error;
    }
  }
  return { kind: 'blocked', message: refusal === null ? 'GitHub does not merge' : inWords(refusal) };
}

/** What the facts alone say; null where something is to be done. */
function settledBy(
  facts: LandingFacts,
  { number, sha, base, strategy }: MergeInput,
): MergeChangeOutcome | null {
  const { state, mergeCommit, headRefOid, baseRefName, mergeStateStatus, strategies } = facts;
  const blocked = (message: string): MergeChangeOutcome => ({ kind: 'blocked', message });
  if (state === 'MERGED') return { kind: 'merged', sha: mergeCommit?.oid ?? headRefOid };
  if (state === 'CLOSED' || headRefOid !== sha || baseRefName !== base) return { kind: 'moved' };
  if (facts.isInMergeQueue || facts.autoMergeRequest != null) return { kind: 'queued' };
  if (['BEHIND', 'DIRTY'].includes(mergeStateStatus)) return { kind: 'moved' };
  if (facts.isDraft) return blocked(`#${number} is a draft: mark it as ready for review`);
  if (facts.isMergeQueueEnabled || strategies.includes(strategy)) return null;
  const others = strategies.join(' or ');
  return blocked(
    `the repository does not allow land.strategy ${strategy}: allow that in its settings, or set land.strategy to ${others}`,
  );
}

async function advance(
  forge: GitHubForge,
  facts: LandingFacts,
  input: MergeInput,
): Promise<MergeChangeOutcome> {
  const { sha, strategy, number } = input;
  const merging = { id: facts.id, sha, strategy, message: messageOf(input) };
  if (facts.isMergeQueueEnabled) return intoQueue(forge, facts, merging);
  if (facts.mergeStateStatus !== 'BLOCKED')
    return { kind: 'merged', sha: await mergeNow(forge, number, merging) };
  if (!facts.allowsAutoMerge) return { kind: 'blocked', message: await whatIsMissing(forge, number) };
  await mergeWhenReady(forge, merging);
  return { kind: 'queued' };
}

/** A queue takes only what has all that is asked for; what has not joins it by itself later. */
async function intoQueue(
  forge: GitHubForge,
  { allowsAutoMerge }: LandingFacts,
  merging: Merging,
): Promise<MergeChangeOutcome> {
  try {
    await enqueue(forge, merging);
  } catch (error) {
    if (!isInvalid(error) || !allowsAutoMerge) throw error;
    await mergeWhenReady(forge, merging);
  }
  return { kind: 'queued' };
}

const Merged = z.object({ sha: z.string() });

async function mergeNow(
  { client, place }: GitHubForge,
  number: number,
  { sha, strategy, message }: Merging,
): Promise<string> {
  const parameters = {
    ...place.names,
    pull_number: number,
    sha,
    merge_method: strategy,
    ...(message !== null && { commit_title: message.title, commit_message: message.body }),
  };
  const asked = { kind: 'merge', route: `PUT /${pulls}/{pull_number}/merge`, parameters };
  return (await client.write(asked, Merged)).sha;
}

/** As landing by git has it, with GitHub's number. */
function messageOf({ project, identifier, number, title, sha, strategy }: MergeInput): Merging['message'] {
  if (strategy === 'rebase') return null;
  const text = `${title} (#${number})\n\nTask ${identifier} of ${project}.`;
  const whole = commitMessage(text, { project, identifier, session: null, change: sha });
  const end = whole.indexOf('\n');
  return { title: whole.slice(0, end), body: whole.slice(end).trim() };
}

/** GitHub says no by 405, 409 or 422, and the pull request itself tells why. */
function isRefusal(error: unknown): error is GitHubError {
  return error instanceof GitHubError && (error.kind === 'validation' || error.kind === 'refused');
}

async function whatIsMissing({ client, place }: GitHubForge, number: number): Promise<string> {
  const missing = (await lookAt(client, place, [number])).get(number)?.missing ?? [];
  const what = missing.length === 0 ? 'what protects its base' : missing.join(', ');
  return `GitHub does not merge #${number} before it has ${what}: see to that, or allow auto-merge in the settings of the repository`;
}
