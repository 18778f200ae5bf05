import type { BudgetLimits } from '../domain/budget.js';
import { budgetKinds } from '../domain/budget.js';
import type { ConfigRef, ConfigView } from '../domain/config-view.js';
import type { SharedScope } from '../domain/shared-budget.js';
import type { Config } from './config.js';
import { defaultRounds } from './schema.js';
import { trackerProfile } from './tracker-profiles.js';

/** The slim part that workflows decide by. No command, prompt or secret is in it. */
export function viewOf(config: Config): ConfigView {
  const profile = trackerProfile(config.tracker.kind);
  const { tracker, agent, budget, verify, review, land, repository, worker } = config;
  const doneState = doneStateOf(config);
  return {
    project: config.project,
    tracker: {
      kind: tracker.kind,
      activeStates: [...tracker.active_states],
      terminalStates: [...tracker.terminal_states],
      requiredLabels: [...tracker.required_labels],
      onReject: tracker.on_reject,
      onCancel: tracker.on_cancel,
      ...(doneState !== null && { onDone: doneState }),
      ...(profile?.isTold(tracker.provider) === true && { told: true as const }),
    },
    agent: {
      kind: agent.kind,
      ...(agent.fallback !== undefined && { fallback: agent.fallback }),
      auth: agent.auth,
      maxConcurrent: agent.max_concurrent_agents,
      maxTurns: agent.max_turns,
      maxConcurrentByState: { ...agent.max_concurrent_agents_by_state },
      ...(worker.max_concurrent_agents_per_host !== undefined && {
        maxConcurrentPerHost: worker.max_concurrent_agents_per_host,
      }),
      maxRetryBackoffMs: agent.max_retry_backoff_ms,
    },
    limits: {
      attempts: budget.task_attempts,
      turns: budget.task_turns,
      tokens: budget.task_tokens,
      ...(budget.task_usd !== undefined && { usd: budget.task_usd }),
      ...(budget.task_minutes !== undefined && { minutes: budget.task_minutes }),
      rounds: verify?.max_rounds ?? defaultRounds,
    },
    shared: {
      day: sharedLimits(budget, 'day'),
      project: sharedLimits(budget, 'project'),
      timeZone: budget.time_zone,
    },
    gates: {
      verify: verify !== undefined,
      review: {
        human: review?.human.when ?? 'never',
        who: [...(review?.human.who ?? [])],
        ...(review !== undefined && {
          agents: { names: review.agents.map(({ name }) => name), maxRounds: review.max_rounds },
        }),
      },
      land:
        land === undefined || repository === null
          ? null
          : { mode: land.mode, strategy: land.strategy, base: repository.base, batch: land.batch },
    },
  };
}

/**
 * What an issue becomes by a step of its own, once its work has landed. A tracker in the repository has that in the commit
 * that lands, but not in one that is shown to people before.
 */
function doneStateOf({ tracker, land }: Config): string | null {
  const profile = trackerProfile(tracker.kind);
  const isApart = profile?.inRepository === true && land?.mode === 'pull_request';
  return isApart ? (tracker.terminal_states[0] ?? null) : (profile?.doneState ?? null);
}

function sharedLimits(budget: Config['budget'], scope: SharedScope): BudgetLimits {
  const limits = budgetKinds.map((kind) => [kind, budget[`${scope}_${kind}`]] as const);
  return Object.fromEntries(limits.filter(([, limit]) => limit !== undefined));
}

/** Names the configuration to workflows. */
export function refOf(config: Config): ConfigRef {
  return { hash: config.hash, view: viewOf(config) };
}
