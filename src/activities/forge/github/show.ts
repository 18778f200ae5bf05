import type { Config } from '../../../config/config.js';
import { GitHubProvider } from '../../../config/github-provider.js';
import type { ShowChangeInput, ShowChangeOutcome } from '../../../workflows/change-port.js';
import { openMirror } from '../../git/mirror.js';
import { isAncestor } from '../../git/objects.js';
import { markOf } from '../../github/comments.js';
import { GitHubError } from '../../github/errors.js';
import { namesOf } from '../../github/names.js';
import type { HostDeps } from '../../host.js';
import { stopAutoMerge } from './auto-merge.js';
import { branchOf, bringBranch } from './branch.js';
import { conclude, readConversations } from './conversation.js';
import { setDraft } from './draft.js';
import { lookAt } from './look.js';
import type { GitHubForge } from './open.js';
import { publishChecks } from './publish-checks.js';
import type { Pull } from './pull.js';
import { atCommit, editPull, findPull, openPull, readPull } from './pull.js';
import { addLabels, askReviewers } from './requests.js';
import { showFindings } from './show-findings.js';
import type { Done } from './text.js';
import { doneIn, isSameText, textOf } from './text.js';

export interface Show {
  deps: Pick<HostDeps, 'paths' | 'env' | 'log'>;
  config: Config;
  forge: GitHubForge;
  input: ShowChangeInput;
  signal: AbortSignal;
}

/**
 * Brings a task's pull request to where the task is. Everything is looked for before it is written, so that it may be
 * repeated after any crash. One that is not open any more is left as it is. Throws `GitHubError` and `RepositoryError`.
 */
export async function showChange(show: Show): Promise<ShowChangeOutcome> {
  const { deps, config, forge, input, signal } = show;
  const { project, identifier, sha, base } = input;
  const branch = branchOf(identifier);
  const before = await findOurs(show, branch);
  if (before !== null && before.state !== 'open') return shown(forge, before, before.head.sha);

  // It was said of another commit than the one that comes.
  if (before?.auto_merge != null && before.head.sha !== sha) await stopAutoMerge(forge, before.node_id);
  const mirror = await openMirror({ paths: deps.paths, config });
  const brought = await bringBranch({ mirror, project, identifier, sha, signal });
  if (brought.kind === 'blocked') return brought;
  if (brought.kind === 'pushed') {
    if (input.number !== null) return brought;
    // Opened by an earlier try, and added to since: whoever looks sees that.
    const isAdded = before !== null && (await isAncestor(mirror.gitDir, sha, brought.sha));
    return isAdded ? shown(forge, before, sha) : isTaken(branch, brought.sha);
  }

  const pull =
    before ?? (await openPull(forge, { ...textsOf(show, []), branch, base, isDraft: input.isDraft }));
  await bringUpToDate(show, await atCommit(forge, pull, { sha, signal }));
  return shown(forge, pull, sha);
}

/** By an earlier task of the same issue, or by a person: it is nobody's to overwrite. */
function isTaken(branch: string, sha: string): ShowChangeOutcome {
  const message = `the branch ${branch} is there already, at ${sha.slice(0, 12)}, with commits that are none of this task's: delete it on GitHub, or give it another name there`;
  return { kind: 'blocked', message };
}

/** The one that the task has opened; else the open one of its branch, whatever people have made its base since. */
async function findOurs({ forge, input }: Show, branch: string): Promise<Pull | null> {
  if (input.number === null) return findPull(forge, { branch });
  const pull = await readPull(forge, input.number);
  if (pull !== null) return pull;
  throw new GitHubError('not_found', `GitHub has no pull request #${input.number} any more`);
}

async function bringUpToDate(show: Show, pull: Pull): Promise<void> {
  const { deps, forge, input } = show;
  const { number } = pull;
  if (!(await setDraft(forge, pull, input.isDraft)))
    deps.log.warn('GitHub takes no draft here: the pull request stays ready for review', { number });
  const done = new Set(doneIn(pull.body));
  if (!done.has('labelled')) await addLabels(forge, pull);
  done.add('labelled');
  if (!input.isDraft && !done.has('asked')) {
    for (const who of await askReviewers(forge, pull))
      deps.log.warn('GitHub does not take this reviewer: mend forge.provider', { number, who });
    done.add('asked');
  }
  const { title, body } = textsOf(show, [...done]);
  if (pull.title !== title || !isSameText(pull.body, body)) await editPull(forge, number, { title, body });

  await publishChecks(forge, input.sha, input.checks);
  await talk(show, number);
}

/** Findings and answers, where people talk about lines. */
async function talk({ forge, input }: Show, number: number): Promise<void> {
  const { sha, findings, answers } = input;
  if (findings.length === 0 && answers.length === 0) return;
  const threads = await readConversations(forge, number);
  for (const { id, key, text } of answers) {
    const thread = threads.find((one) => one.id === id);
    if (thread !== undefined) await conclude(forge, thread, { mark: markOf('answer', key), text, upTo: key });
  }
  await showFindings(forge, { number, sha, findings, threads });
}

function textsOf(show: Show, done: readonly Done[]): { title: string; body: string } {
  const { input } = show;
  const title = input.title.replace(/\s+/g, ' ').trim().slice(0, longestTitle) || input.identifier;
  return { title, body: textOf({ body: input.body, closes: closedBy(show), done }) };
}

const longestTitle = 250;

/** The issue of a tracker on the same GitHub. */
function closedBy({ config, forge, deps, input }: Show): string | null {
  const { source, issueId } = input;
  if (source !== 'tracker' || config.tracker.kind !== 'github') return null;
  const tracker = GitHubProvider.parse(config.tracker.provider);
  if (tracker.api_url !== forge.provider.api_url) return null;
  const names = namesOf(tracker, config, deps.env);
  return names === null ? null : `${names.owner}/${names.repo}#${issueId}`;
}

async function shown(
  { client, place }: GitHubForge,
  { number, html_url: url, head }: Pull,
  sha: string,
): Promise<ShowChangeOutcome> {
  const seen = (await lookAt(client, place, [number])).get(number);
  if (seen === undefined)
    throw new GitHubError('not_found', `GitHub has no pull request #${number} any more`);
  return { kind: 'shown', change: { number, url, branch: head.ref, sha }, seen };
}
