import type { TurnUsage } from '../../../domain/usage.js';
import type { ModelUsage, Result, Tokens } from './schema.js';

type Count = Pick<TurnUsage, 'inputTokens' | 'outputTokens'>;

/** What a turn has spent, over all its programs. */
export interface Spent extends Count {
  costUsd: number | null;
  /** Answers of the model since the last result, by their ids: each comes in several messages. */
  open: Record<string, Count>;
}

const mostOpen = 500;

export const nothingSpent: Spent = {
  inputTokens: 0,
  outputTokens: 0,
  costUsd: null,
  open: {},
};

/** Tokens that came from a cache were read as well, and count. Whoever runs the agent knows how long that took. */
export function usageOf({ open, inputTokens, outputTokens, costUsd }: Spent): TurnUsage {
  const counts = [...Object.values(open), { inputTokens, outputTokens }];
  const input = sum(counts.map((each) => each.inputTokens));
  const output = sum(counts.map((each) => each.outputTokens));
  return { inputTokens: input, outputTokens: output, totalTokens: input + output, costUsd, agentMs: 0 };
}

/** What an answer of the model has cost is known exactly with the result; until then its beginning has to do. */
export function addAnswer(spent: Spent, id: string, tokens: Tokens): Spent {
  const { open } = spent;
  // Of very many only their sum is kept.
  const known = Object.keys(open).length < mostOpen ? open : { '': usageOf({ ...nothingSpent, open }) };
  return { ...spent, open: { ...known, [id]: countOf(tokens) } };
}

/** A result tells exactly what was spent since the one before it, which may be another program's. */
export function addResult(spent: Spent, { model_usage_since_last_result: models, usage }: Result): Spent {
  const each = Object.values(models ?? {});
  const { inputTokens, outputTokens } =
    each.length === 0
      ? countOf(usage)
      : {
          inputTokens: sum(each.map(inputOf)),
          outputTokens: sum(each.map((model) => model.outputTokens)),
        };
  const cost = sum(each.map(({ costUSD }) => costUSD));
  return {
    ...spent,
    inputTokens: spent.inputTokens + inputTokens,
    outputTokens: spent.outputTokens + outputTokens,
    costUsd: each.length === 0 ? spent.costUsd : (spent.costUsd ?? 0) + cost,
    open: {},
  };
}

/** A program that was cut off tells no result any more: what is known of it stays. */
export function settle(spent: Spent): Spent {
  const { inputTokens, outputTokens } = usageOf(spent);
  return { ...spent, inputTokens, outputTokens, open: {} };
}

function countOf(tokens: Tokens): Count {
  const { input_tokens, cache_creation_input_tokens, cache_read_input_tokens, output_tokens } = tokens;
  return {
    inputTokens: input_tokens + cache_creation_input_tokens + cache_read_input_tokens,
    outputTokens: output_tokens,
  };
}

function inputOf({ inputTokens, cacheReadInputTokens, cacheCreationInputTokens }: ModelUsage): number {
  return inputTokens + cacheReadInputTokens + cacheCreationInputTokens;
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
