import type { TurnUsage } from '../../../domain/usage.js';
import type { Prompted } from './schema.js';

interface Tokens {
  input: number;
  output: number;
}

/** What a turn has spent, as far as the agent tells. */
export interface Spending {
  /** By prompts that are over. */
  settled: Tokens;
  /** By the prompt that runs: at least its context. */
  running: number;
  /** Of sessions of this turn that were lost. */
  lostUsd: number | null;
  /** What the session had cost before this turn; null while that is not known. */
  before: number | null;
  /** What the session has cost over its whole life; null while the agent has not said. */
  usd: number | null;
}

export const nothingSpent: Spending = {
  settled: { input: 0, output: 0 },
  running: 0,
  lostUsd: null,
  before: null,
  usd: null,
};

/** Whoever runs the agent knows how long that took. */
export function usageOf(spending: Spending): TurnUsage {
  const { settled, running } = spending;
  const inputTokens = settled.input + running;
  const totalTokens = inputTokens + settled.output;
  return { inputTokens, outputTokens: settled.output, totalTokens, costUsd: costOf(spending), agentMs: 0 };
}

function costOf({ lostUsd, before, usd }: Spending): number | null {
  if (usd === null || before === null) return lostUsd;
  return (lostUsd ?? 0) + Math.max(usd - before, 0);
}

/** A session begins, which has cost nothing yet. */
export function spendAnew(spending: Spending): Spending {
  return { ...spending, lostUsd: costOf(spending), before: 0, usd: null };
}

/** What the agent says before it was asked for anything is what was before. */
export function spentBefore(spending: Spending, usd: number | null): Spending {
  return { ...spending, before: spending.before ?? usd };
}

/** What the agent tells while it works: the tokens of its context, and what its session has cost, where it says. */
export function spend(spending: Spending, used: number, usd: number | null): Spending {
  return { ...spending, running: Math.max(spending.running, used), usd: usd ?? spending.usd };
}

/** A prompt is over, or was cut off. An agent that does not say what it took has taken its context, as far as that is known. */
export function settle(spending: Spending, prompted: Prompted | null): Spending {
  const { settled, running } = spending;
  const { input, output } = (prompted === null ? null : tokensOf(prompted)) ?? { input: running, output: 0 };
  return {
    ...spending,
    running: 0,
    settled: { input: settled.input + input, output: settled.output + output },
  };
}

/** Null when the agent does not say. What a cache gave is input, what was thought is output. */
export function tokensOf({ usage, _meta }: Prompted): Tokens | null {
  if (usage != null) {
    return {
      input: sum(usage.inputTokens, usage.cachedReadTokens, usage.cachedWriteTokens),
      output: sum(usage.outputTokens, usage.thoughtTokens),
    };
  }
  const counted = _meta?.quota.token_count;
  return counted === undefined
    ? null
    : { input: sum(counted.input_tokens), output: sum(counted.output_tokens) };
}

function sum(...counts: (number | null | undefined)[]): number {
  return counts.reduce<number>((total, one) => total + (one ?? 0), 0);
}
