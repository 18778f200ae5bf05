import type { Config } from '../../config/config.js';
import type { TurnUsage } from '../../domain/usage.js';

const perMillion = 1_000_000;

/**
 * The usage with its price: what the agent says itself, else by `budget.prices` for its model or kind. Null where
 * nobody knows it: unknown is not free.
 */
export function withPrice({ budget, claude, acp }: Config, kind: string, usage: TurnUsage): TurnUsage {
  if (usage.costUsd !== null) return usage;
  const models: Record<string, string | undefined> = { claude: claude.model, acp: acp?.model };
  const price = budget.prices[models[kind] ?? kind] ?? budget.prices[kind];
  if (price === undefined) return usage;
  const costUsd = (usage.inputTokens * price.input + usage.outputTokens * price.output) / perMillion;
  return { ...usage, costUsd };
}
