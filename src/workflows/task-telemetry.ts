import { log, metricMeter } from '@temporalio/workflow';
import { sessionId } from '../domain/session-id.js';
import type { Outcome, Stage } from '../domain/task.js';
import type { Usage } from '../domain/usage.js';
import { usageSince } from '../domain/usage.js';
import { shortReason } from './log-fields.js';
import type { Task } from './task-context.js';

/** What a step is compared with in the end. */
interface BegunStep {
  stage: Stage;
  usage: Usage;
  landedSha: string | null;
  at: number;
}

export function beginStep(task: Task): BegunStep {
  const { stage, usage, landedSha } = task.state;
  task.waitedMs = 0;
  return { stage, usage, landedSha, at: Date.now() };
}

/**
 * Logs and counts what a step has done. The SDK leaves both out while a history is replayed. Labels have few values: whose
 * a task is, and never which.
 */
export function endStep(task: Task, begun: BegunStep): void {
  const { stage, landedSha } = task.state;
  countSpent(task, begun);
  if (begun.landedSha === null && landedSha !== null)
    count('continuo_tasks_landed_total', 'Tasks whose work has come to be on the base', tagsOf(task));
  // A step that has only waited is no phase.
  if (stage !== begun.stage) endPhase(task, begun);
}

/** Nobody has retried a failed task: it is over. */
export function tellGivenUp(task: Task, reason: string): void {
  log.error('task ended', { outcome: 'failed', reason });
  countEnd(task, 'failed');
}

function endPhase(task: Task, begun: BegunStep): void {
  const { state, waitedMs } = task;
  const { phase } = begun.stage;
  if (phase === 'failed') {
    log.info('task goes on', { next: state.stage.phase });
    return;
  }
  const workedMs = Math.max(Date.now() - begun.at - waitedMs, 0);
  const tags = { ...tagsOf(task), phase };
  metricMeter
    .createHistogram('continuo_phase_duration_seconds', 'float', '', 'Time in a phase, without waits')
    .record(workedMs / 1_000, tags);

  const { session, usage, round, stage } = state;
  log.info('phase ended', {
    phase,
    next: stage.phase,
    round,
    duration_ms: workedMs,
    ...(phase === 'run' && session !== null && { session_id: sessionId(session, usage.turns) }),
  });
  tellOutcome(task, stage);
}

function tellOutcome(task: Task, stage: Stage): void {
  switch (stage.phase) {
    case 'failed': {
      const { reason, message, from } = stage;
      log.error('task failed', { outcome: 'failed', reason, error: shortReason(message), from });
      count('continuo_tasks_failed_total', 'Tasks parked as failed', { ...tagsOf(task), reason });
      return;
    }
    case 'done':
      log.info('task ended', { outcome: stage.phase, landed_sha: task.state.landedSha });
      break;
    case 'rejected':
    case 'cancelled':
      log.info('task ended', { outcome: stage.phase, by: stage.by });
      break;
    default:
      return;
  }
  countEnd(task, stage.phase);
}

function countEnd(task: Task, outcome: Outcome): void {
  count('continuo_tasks_ended_total', 'Tasks that are over', { ...tagsOf(task), outcome });
}

/** Of the agent, or of all reviewers together. */
function countSpent(task: Task, { stage, usage }: BegunStep): void {
  const spent = usageSince(usage, task.state.usage);
  const agent = stage.phase === 'review' ? 'reviewer' : (task.state.player ?? 'unknown');
  const tags = { ...tagsOf(task), phase: stage.phase, agent };
  const said = 'Tokens that agents and reviewers have spent';
  for (const [type, tokens] of [
    ['input', spent.inputTokens],
    ['output', spent.outputTokens],
  ] as const) {
    if (tokens > 0) count('continuo_tokens_total', said, { ...tags, type }, tokens);
  }
  if (spent.costUsd !== null && spent.costUsd > 0) {
    metricMeter
      .createHistogram(
        'continuo_cost_usd',
        'float',
        '',
        'US dollars that a turn, or a round of reviews, has cost',
      )
      .record(spent.costUsd, tags);
  }
}

function count(name: string, description: string, tags: Record<string, string>, by = 1): void {
  metricMeter.createCounter(name, '', description).add(by, tags);
}

function tagsOf({ state }: Task): { project: string } {
  return { project: state.project };
}
