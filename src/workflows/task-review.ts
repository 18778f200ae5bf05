import type { TurnLimits } from '../domain/budget.js';
import { refuteThreads } from '../domain/change.js';
import type { Decision } from '../domain/decision.js';
import {
  acceptFindings,
  countFindings,
  dropFindings,
  isBlocking,
  isDisputed,
  openFindings,
  refuteFindings,
  reopenAccepted,
  settleFindings,
  takeReview,
  upholdFindings,
} from '../domain/findings.js';
import { answered, currentReviews, formerReviewers, reviewersToAsk } from '../domain/review.js';
import type { Feedback } from '../domain/feedback.js';
import type { Stage } from '../domain/task.js';
import { earlierFindings, findingsToTell } from '../domain/told-findings.js';
import { addUsage, noTurnUsage } from '../domain/usage.js';
import type { Answers } from './ports.js';
import type { ReviewOutcome } from './review-port.js';
import { reviewer as reviewerPort } from './proxies.js';
import { reviewLimits, spentForReview, waitForBudget } from './task-budget.js';
import { haltable } from './task-halt.js';
import { startRound, waitForQuota } from './task-ways-back.js';
import type { Task } from './task-context.js';
import { granted, headOf, note, shortSha, view, workspaceOf } from './task-context.js';

/**
 * Lets every reviewer look at the commit. What blocks goes back to the agent, so often as the configuration allows and
 * while the two do not disagree; null where the rest is up to a person, or to nobody.
 */
export async function reviewByAgents(task: Task): Promise<Stage | null> {
  const { state } = task;
  dropUnreviewed(task);
  const names = reviewersToAsk(state);
  const unasked = names.length === 0 ? null : await askWithinBudget(task, names);
  if (unasked !== null) return unasked;

  const blocking = state.findings.filter(isBlocking);
  const limit = view(task).gates.review.agents?.maxRounds ?? 0;
  if (blocking.length === 0 || blocking.some(isDisputed) || state.findingReturns >= limit) return null;
  state.findingReturns += 1;
  return startRound(task, openFeedback(task));
}

/** What the agent says against findings. It decides nothing: the reviewers look again. */
export function takeAnswers(task: Task, { refuted, problem }: Answers): void {
  const { state } = task;
  if (problem !== null) note(task, `the agent's answers to findings were not taken: ${problem}`);
  const before = openFindings(state.findings).length;
  state.findings = refuteFindings(state.findings, refuted);
  const count = before - openFindings(state.findings).length;
  const { change } = state;
  if (change !== null) change.told = refuteThreads(change.told, refuted);
  if (count > 0) note(task, `the agent denies ${count} ${count === 1 ? 'finding' : 'findings'}`);
}

/** Whoever approves a change takes it with what is open. */
export function acceptOpen(task: Task, { by, at }: Decision): void {
  task.state.findings = acceptFindings(task.state.findings, by, at);
}

/** Whoever objects after an approval of the same commit and round has the last word about its findings too. */
export function takeAcceptanceBack({ state }: Task, { sha, round }: Decision): void {
  const approvals = state.decisions.filter(
    (made) => made.verdict === 'approve' && made.sha === sha && made.round === round,
  );
  const times = approvals.map(({ at }) => at);
  state.findings = reopenAccepted(state.findings, times);
}

/** What is still open goes along with what a person asks for, whatever the agent has said against it. */
export function sendOpenAlong(task: Task): void {
  const feedback = openFeedback(task);
  if (feedback.findings.length > 0) task.state.feedback.push(feedback);
  task.state.findings = upholdFindings(task.state.findings);
}

/** Where to go on when not everybody could be asked now, or null. */
async function askWithinBudget(task: Task, names: readonly string[]): Promise<Stage | null> {
  const spent = spentForReview(task);
  if (spent !== null) return waitForBudget(task, spent);
  const unmade = await haltable(task, () => askAll(task, names));
  const quota = unmade.find((outcome) => outcome.kind === 'quota');
  if (quota !== undefined) return waitForQuota(task, quota, quota.credential);
  return unmade.length > 0 ? task.state.stage : null;
}

type Unmade = Extract<ReviewOutcome, { kind: 'quota' | 'limit' }>;

/**
 * Reviewers work at the same time, in the slot of the task. All have ended when this returns or throws. Returns what
 * kept some from a review, who are to be asked again.
 */
async function askAll(task: Task, names: readonly string[]): Promise<Unmade[]> {
  const { state } = task;
  const unmade: Unmade[] = [];
  const place = { sha: headOf(task), round: state.round };
  const limits = reviewLimits(task, names.length);
  // Whatever follows is weighed anew against what others have spent.
  state.left = null;
  const asked = names.map((name) => ({ name, answer: ask(task, name, limits) }));
  await Promise.allSettled(asked.map(({ answer }) => answer));
  // One that threw is asked again later, and so are those behind it: they have their answers then.
  for (const { name, answer } of asked) {
    const outcome = await answer;
    state.usage = addUsage(state.usage, outcome.usage ?? noTurnUsage);
    if (outcome.kind === 'quota' || outcome.kind === 'limit') {
      unmade.push(outcome);
      continue;
    }
    const problem = outcome.kind === 'failed' ? outcome.message : null;
    state.reviews = [...currentReviews(state), { reviewer: name, ...place, problem }];
    if (outcome.kind === 'reviewed')
      state.findings = takeReview(state.findings, name, outcome.findings, place);
  }
  const usable = currentReviews(state).filter(({ problem }) => problem === null);
  state.findings = settleFindings(state.findings, answered(state), place);
  const found =
    countFindings(state.findings.filter(({ round }) => round === place.round)) || 'nothing to say';
  note(
    task,
    `${usable.length} of ${currentReviews(state).length} reviews of ${shortSha(place.sha)}: ${found}`,
  );
  return unmade;
}

/** A reviewer that was renamed or taken out of the configuration settles nothing any more. */
function dropUnreviewed(task: Task): void {
  const { state } = task;
  const before = state.findings;
  state.findings = dropFindings(before, formerReviewers(state));
  const dropped = state.findings.filter((finding, at) => finding !== before[at]);
  for (const { id, resolution } of dropped)
    if (resolution.kind === 'dropped') note(task, `finding ${id} is dropped: ${resolution.reason}`);
}

function ask(task: Task, name: string, limits: TurnLimits): Promise<ReviewOutcome> {
  const { state } = task;
  const workspace = workspaceOf(task);
  const sha = headOf(task);
  const summary = `Review of ${shortSha(sha)} by ${name}, round ${state.round}`;
  return reviewerPort({ project: state.project, host: workspace.host, summary }).review({
    config: granted(task).config.hash,
    project: state.project,
    identifier: state.issue.identifier,
    workspace,
    sha,
    baseSha: workspace.baseSha,
    round: state.round,
    reviewer: name,
    checks: state.evidence?.sha === sha ? state.evidence.checks : [],
    earlier: earlierFindings(state.findings),
    limits,
  });
}

function openFeedback(task: Task): Extract<Feedback, { kind: 'findings' }> {
  return { kind: 'findings', sha: headOf(task), findings: findingsToTell(task.state.findings) };
}
