import { isAtLeast } from '../people.js';
import { Refusal } from '../refusal.js';
import type { MergeMethod, Pull, Role, User, World } from '../world.js';
import { outcomesOn } from './checks.js';
import { markMerged } from './closing.js';
import { signatureOf } from './commits.js';
import { noticeRefs } from './refs.js';
import { decisionOf } from './reviews.js';

export type MergeState = 'unknown' | 'draft' | 'dirty' | 'behind' | 'blocked' | 'unstable' | 'clean';

/** Null: it is closed, and nobody looks. */
export async function isMergeable({ issue, base, head }: Pull): Promise<boolean | null> {
  const tip = await issue.repository.git.branch(base.ref);
  if (issue.state === 'closed' || tip === null) return null;
  return (await issue.repository.git.mergeTree(tip, head.sha)) !== null;
}

export async function mergeStateOf(pull: Pull): Promise<MergeState> {
  const mergeable = await isMergeable(pull);
  if (mergeable === null) return 'unknown';
  if (!mergeable) return 'dirty';
  if (pull.isDraft) return 'draft';
  const hindrance = await hindranceOf(pull);
  if (hindrance !== null) return hindrance.kind;
  const outcomes = [...outcomesOn(pull.issue.repository, pull.head.sha).values()];
  return outcomes.every((outcome) => outcome === 'success') ? 'clean' : 'unstable';
}

interface Hindrance {
  kind: 'blocked' | 'behind';
  message: string;
}

/** What of the base's protection is not met yet, in GitHub's words. */
async function hindranceOf(pull: Pull): Promise<Hindrance | null> {
  const { head, base, threads, issue } = pull;
  const rules = issue.repository.protections[base.ref];
  if (rules === undefined) return null;
  const blocked = (message: string): Hindrance => ({ kind: 'blocked', message });
  const decision = decisionOf(pull);
  if (rules.requiredApprovals > 0 && decision === 'CHANGES_REQUESTED')
    return blocked('Changes have been requested by a reviewer with write access.');
  if (decision === 'REVIEW_REQUIRED') {
    const reviews = rules.requiredApprovals === 1 ? 'review is' : 'reviews are';
    return blocked(
      `At least ${rules.requiredApprovals} approving ${reviews} required by reviewers with write access.`,
    );
  }
  const outcomes = outcomesOn(issue.repository, head.sha);
  for (const context of rules.requiredContexts) {
    const outcome = outcomes.get(context);
    if (outcome === 'success') continue;
    const how = { undefined: 'expected', pending: 'pending', failure: 'failing' }[String(outcome)] ?? '';
    return blocked(`Required status check "${context}" is ${how}.`);
  }
  if (rules.requiresConversationResolution && threads.some(({ resolvedBy }) => resolvedBy === null))
    return blocked('A conversation must be resolved before this pull request can be merged.');
  const tip = await issue.repository.git.branch(base.ref);
  if (rules.isStrict && tip !== null && !(await issue.repository.git.isAncestor(tip, head.sha)))
    return { kind: 'behind', message: 'Head branch is out of date. Update the branch and try again.' };
  return null;
}

export interface MergeWish {
  method: MergeMethod;
  sha?: string | undefined;
  title?: string | undefined;
  message?: string | undefined;
  role: Role;
  /** The queue itself merges. */
  isQueue?: boolean;
}

const notMergeable = (message = 'Pull Request is not mergeable') => new Refusal(405, message);

/** Merges for real, and answers the commit that the base stands on then. */
export async function mergePull(world: World, pull: Pull, by: User, wish: MergeWish): Promise<string> {
  const { repository } = pull.issue;
  await checkMergeable(pull, wish);
  const tip = await repository.git.branch(pull.base.ref);
  const commit = tip === null ? null : await merged(pull, by, tip, wish);
  if (tip === null || commit === null) throw notMergeable();
  if (!(await repository.git.updateRef(`refs/heads/${pull.base.ref}`, commit, tip)))
    throw notMergeable('Base branch was modified. Review and try the merge again.');
  markMerged(world, pull, by, commit);
  if (repository.deletesBranchOnMerge) await repository.git.deleteRef(`refs/heads/${pull.head.ref}`);
  await noticeRefs(world, repository, by);
  return commit;
}

async function checkMergeable(pull: Pull, { sha, method, role, isQueue = false }: MergeWish): Promise<void> {
  const { issue, base, head } = pull;
  const rules = issue.repository.protections[base.ref];
  if (issue.state === 'closed') throw notMergeable();
  if (sha !== undefined && sha !== head.sha)
    throw new Refusal(409, 'Head branch was modified. Review and try the merge again.');
  if (pull.isDraft) throw notMergeable('Pull Request is still a draft');
  if (!issue.repository.mergeMethods.includes(method)) {
    const names = { merge: 'Merge commits', squash: 'Squash merges', rebase: 'Rebase merges' };
    throw notMergeable(`${names[method]} are not allowed on this repository.`);
  }
  if (rules?.hasMergeQueue === true && !isQueue)
    throw notMergeable('Changes must be made through the merge queue');
  if (rules?.enforcesAdmins === false && isAtLeast(role, 'admin')) return;
  const hindrance = await hindranceOf(pull);
  if (hindrance !== null) throw notMergeable(hindrance.message);
}

/** The commit to put on the base; null when there are conflicts. */
async function merged(pull: Pull, by: User, tip: string, wish: MergeWish): Promise<string | null> {
  const { issue, head } = pull;
  const { git, owner } = issue.repository;
  if (wish.method === 'rebase') return rebased(pull, by, tip);
  const tree = await git.mergeTree(tip, head.sha);
  if (tree === null) return null;
  const isSquash = wish.method === 'squash';
  const usual = isSquash
    ? `${issue.title} (#${issue.number})`
    : `Merge pull request #${issue.number} from ${owner.login}/${head.ref}`;
  const text = `${wish.title ?? usual}\n\n${wish.message ?? (isSquash ? '' : issue.title)}`.trimEnd();
  const author = isSquash ? issue.author : by;
  return git.commit(tree, isSquash ? [tip] : [tip, head.sha], `${text}\n`, signatureOf(author));
}

async function rebased({ issue, head }: Pull, by: User, tip: string): Promise<string | null> {
  const { git } = issue.repository;
  let onto = tip;
  for (const picked of await git.commitsBetween(tip, head.sha)) {
    const parents = await git.parents(picked);
    if (parents.length > 1) continue;
    // The merge of the new base and the picked commit has to begin at that commit's parent.
    const start = await git.commit(
      await git.git(['rev-parse', `${onto}^{tree}`]),
      parents,
      'base',
      signatureOf(by),
    );
    const tree = await git.mergeTree(start, picked);
    if (tree === null) return null;
    const message = await git.git(['log', '-1', '--format=%B', picked]);
    onto = await git.commit(tree, [onto], `${message}\n`, signatureOf(issue.author));
  }
  return onto;
}

/** Merges the base into the head. */
export async function updateBranch(world: World, pull: Pull, by: User, expected?: string): Promise<void> {
  const { issue, head, base } = pull;
  const { git } = issue.repository;
  if (expected !== undefined && expected !== head.sha)
    throw new Refusal(422, 'expected_head_sha does not match the head of the pull request.');
  const tip = await git.branch(base.ref);
  if (tip === null || (await git.isAncestor(tip, head.sha)))
    throw new Refusal(422, 'There are no new commits on the base branch.');
  const tree = await git.mergeTree(head.sha, tip);
  if (tree === null) throw new Refusal(422, 'merge conflict between base and head');
  const message = `Merge branch '${base.ref}' into ${head.ref}\n`;
  const commit = await git.commit(tree, [head.sha, tip], message, signatureOf(by));
  if (!(await git.updateRef(`refs/heads/${head.ref}`, commit, head.sha)))
    throw new Refusal(422, 'expected_head_sha does not match the head of the pull request.');
  await noticeRefs(world, issue.repository, by);
}
