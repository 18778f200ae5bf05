import { upsertMemo } from '@temporalio/workflow';
import { approves } from '../domain/decision.js';
import { failedChecks, isGreen } from '../domain/evidence.js';
import { isGated } from '../domain/gates.js';
import type { LandingResult } from '../domain/landing.js';
import { findingReasons, reviewersToAsk, reviewReasons } from '../domain/review.js';
import type { Stage } from '../domain/task.js';
import type { CheckpointOutcome } from './ports.js';
import { git, verifier } from './proxies.js';
import { spentLimit, waitForBudget } from './task-budget.js';
import { follow, followUrgent, urgentMove } from './task-change.js';
import { saveWork } from './task-checkpoint.js';
import { goOn, lookAgain, readIssue, release } from './task-continuation.js';
import { judge } from './task-decisions.js';
import { askToLand, faultOf, landingEntry } from './task-landing.js';
import { haltable } from './task-halt.js';
import { phaseToGoOn } from './task-host.js';
import { landChange } from './task-merge.js';
import { reviewByAgents } from './task-review.js';
import { noteTooLate } from './task-rewind.js';
import { isShown, show } from './task-show.js';
import { giveSlotBack } from './task-slot.js';
import { runTurn } from './task-turn.js';
import { fail, passOn, sendBack, tryAgain, waitForBase } from './task-ways-back.js';
import type { Task } from './task-context.js';
import {
  granted,
  headOf,
  isTakenBack,
  note,
  objectionOf,
  shortSha,
  view,
  waitFor,
  workspaceOf,
} from './task-context.js';

/** Reads the issue again right before work begins: it may have changed since it was listed (SPEC 11.1). */
export async function claim(task: Task): Promise<Stage> {
  const { issue } = task.state;
  if (issue.source === 'prompt') return { phase: 'prepare' };

  const outcome = await readIssue(task, `Claim ${issue.identifier}`);
  switch (outcome.kind) {
    case 'claimed':
      task.state.issue = outcome.issue;
      return { phase: 'prepare' };
    case 'ineligible':
      return release(task, outcome);
    case 'unreadable':
      return lookAgain(task, outcome);
    default:
      return outcome satisfies never;
  }
}

/** Makes the workspace, or finds it again with everything in it. */
export async function prepare(task: Task): Promise<Stage> {
  const { state } = task;
  const { project, origin } = state;
  const { config, host } = granted(task);
  const port = git({ project, host, summary: `Prepare the workspace of ${state.issue.identifier}` });
  const outcome = await port.prepare({
    config: config.hash,
    project: state.project,
    issue: state.issue,
    headSha: state.headSha,
    ...(origin?.sha && { from: { identifier: origin.task, sha: origin.sha } }),
  });

  switch (outcome.kind) {
    case 'ready':
      state.workspace = outcome.workspace;
      state.headSha = outcome.headSha;
      for (const text of outcome.notes) note(task, text);
      return phaseToGoOn(task);
    case 'failed':
      return tryAgain(task, 'prepare', outcome);
    case 'impossible':
      return fail(task, 'workspace', outcome.message);
    default:
      return outcome satisfies never;
  }
}

/** One turn of the agent, then a checkpoint of whatever it left behind. */
export async function run(task: Task): Promise<Stage> {
  const { state } = task;
  const spent = spentLimit(task);
  if (spent !== null) return waitForBudget(task, spent);

  const turn = await runTurn(task);
  const checkpoint = await saveWork(task, {
    summary: `Checkpoint after turn ${state.usage.turns}`,
    message: turn.kind === 'completed' ? turn.summary : `Work after turn ${state.usage.turns}`,
  });
  switch (turn.kind) {
    case 'completed':
      return isGated(view(task).gates) ? afterWork(task, checkpoint) : goOn(task, checkpoint);
    case 'failed':
      return tryAgain(task, 'run', turn);
    case 'question':
      await giveSlotBack(task);
      await waitFor(
        task,
        { kind: 'question', question: turn.question },
        () => state.waiting?.kind !== 'question',
      );
      return { phase: 'run' };
    case 'stopped':
    case 'limit':
      return { phase: 'run' };
    case 'quota':
      return passOn(task, turn);
    default:
      return turn satisfies never;
  }
}

/** Nothing is believed: the checks run on a clean checkout of exactly the commit. */
export async function verify(task: Task): Promise<Stage> {
  const { state } = task;
  if (!view(task).gates.verify) return { phase: 'review' };

  const workspace = workspaceOf(task);
  const sha = headOf(task);
  const { project, round } = state;
  const summary = `Verify ${shortSha(sha)}, round ${round}`;
  const port = verifier({ project, host: workspace.host, summary });
  const { hash } = granted(task).config;
  const { baseSha } = workspace;
  const evidence = await haltable(task, () =>
    port.verify({ config: hash, workspace, sha, baseSha, overlay: true }),
  );

  state.evidence = evidence;
  if (isGreen(evidence)) {
    note(task, `${evidence.checks.length} of ${evidence.checks.length} checks passed on ${shortSha(sha)}`);
    return { phase: 'review' };
  }
  return sendBack(task, { kind: 'checks', sha, checks: failedChecks(evidence) }, 'verification');
}

/** Reviewers look at it; then a person decides where they, the configuration or the change itself ask for one. */
export async function review(task: Task): Promise<Stage> {
  const { state } = task;
  // People and CI may look at it while reviewers do.
  const early =
    isShown(task) && reviewersToAsk(state).length > 0
      ? await showWork(task, state.change?.seen?.isDraft ?? true)
      : null;
  if (early !== null) return early;
  const back = await reviewByAgents(task);
  const shown = isShown(task)
    ? await showWork(task, back !== null && (state.change?.seen?.isDraft ?? true))
    : null;
  if (back !== null) return back;
  if (shown !== null) return shown;
  const pending = { sha: headOf(task), round: state.round };
  const reasons = [...reviewReasons(view(task).gates.review.human, state.risks), ...findingReasons(state)];
  if (reasons.length === 0 || approves(state.decision, pending)) return { phase: 'land' };

  const decided = () => state.decision?.sha === pending.sha && state.decision.round === pending.round;
  const isCalled = () => urgentMove(task) !== null;
  await giveSlotBack(task);
  upsertMemo({ decision: pending });
  await waitFor(task, { kind: 'decision', ...pending, reasons }, () => decided() || isCalled());

  if (state.decision !== null && decided()) return judge(task, state.decision);
  return (await followUrgent(task)) ?? { phase: 'review' };
}

/** Shows the work as it is; where to go on when that was not possible, or something came up, else null. */
async function showWork(task: Task, isDraft: boolean): Promise<Stage | null> {
  const shown = await show(task, { isDraft });
  if (shown.kind === 'blocked') {
    await giveSlotBack(task);
    await waitForBase(task, shown.message);
    return { phase: 'review' };
  }
  const { change } = task.state;
  if (shown.kind === 'pushed' && change !== null) return follow(task, change, shown);
  return followUrgent(task);
}

/** The landing train rebases, verifies the tree that will be the head, and merges. */
export async function land(task: Task): Promise<Stage> {
  const { land: rules } = view(task).gates;
  if (rules === null || rules.mode === 'none') return { phase: 'done' };

  const refused = objectionOf(task);
  if (refused !== null) return judge(task, refused);
  if (isShown(task)) return landChange(task, rules);

  const result = await askToLand(task, landingEntry(task, rules));
  if (result.kind !== 'blocked') task.tries = 0;
  if (result.kind !== 'landed' && isTakenBack(task)) return takenBack(task, result);
  switch (result.kind) {
    case 'landed':
      Object.assign(task.state, { landedSha: result.sha, evidence: result.evidence ?? task.state.evidence });
      note(task, `landed on ${rules.base} as ${shortSha(result.sha)}${together(result.under)}`);
      if (result.remainder !== undefined) note(task, result.remainder);
      noteTooLate(task);
      return { phase: 'done' };
    case 'empty':
      task.state.landedSha = result.baseSha;
      note(task, `nothing to land: ${rules.base} has all of it already, at ${shortSha(result.baseSha)}`);
      return { phase: 'done' };
    case 'conflict':
      return sendBack(task, faultOf(task, result), 'landing');
    case 'red':
      task.state.evidence = result.evidence;
      return sendBack(task, faultOf(task, result), 'verification');
    case 'blocked':
      await waitForBase(task, result.message);
      return { phase: 'land' };
    case 'infrastructure':
      return fail(task, 'infrastructure', result.message);
    case 'withdrawn':
      // Because the task is to end, or is paused.
      return { phase: 'land' };
    case 'removed':
      Object.assign(task.state, { pausedBy: result.by, pausedWithAll: false });
      note(task, `taken out of the queue of ${rules.base} by ${result.by}; resumed, it is queued again`);
      return { phase: 'land' };
    case 'failed':
      return fail(task, 'landing', result.message);
    default:
      return result satisfies never;
  }
}

/** A change that landed below others was verified as a part of their head. */
function together(under: string | undefined): string {
  return under === undefined ? '' : `, verified together with others as ${shortSha(under)}`;
}

/** A person has taken the change back, and it has not landed. What the train found goes with it. */
function takenBack(task: Task, result: LandingResult): Stage {
  const { state } = task;
  if (result.kind === 'conflict' || result.kind === 'red') state.feedback.push(faultOf(task, result));
  const refused = objectionOf(task);
  return refused === null ? { phase: 'land' } : judge(task, refused);
}

function afterWork(task: Task, checkpoint: CheckpointOutcome): Stage {
  if (checkpoint.kind === 'secrets') {
    return sendBack(task, { kind: 'secrets', places: checkpoint.places }, 'verification');
  }
  if (checkpoint.sha === null || checkpoint.isEmpty)
    return sendBack(task, { kind: 'unchanged' }, 'verification');
  return { phase: 'verify' };
}
