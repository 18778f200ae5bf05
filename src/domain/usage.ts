/** What a task has spent over its whole life, across attempts, sessions and restarts. */
export interface Usage {
  turns: number;
  inputTokens: number;
  outputTokens: number;
  totalTokens: number;
  /** Null while no agent has reported a price. */
  costUsd: number | null;
  /** Time in which an agent was running. */
  agentMs: number;
}

/** What one turn spent. Tokens are the turn's own, not cumulative. */
export type TurnUsage = Omit<Usage, 'turns'>;

export const noTurnUsage: TurnUsage = {
  inputTokens: 0,
  outputTokens: 0,
  totalTokens: 0,
  costUsd: null,
  agentMs: 0,
};

export const noUsage: Usage = { turns: 0, ...noTurnUsage };

/** Also of what is no turn, such as a review. */
export function addUsage<T extends TurnUsage>(total: T, more: TurnUsage): T {
  return {
    ...total,
    inputTokens: total.inputTokens + more.inputTokens,
    outputTokens: total.outputTokens + more.outputTokens,
    totalTokens: total.totalTokens + more.totalTokens,
    costUsd: more.costUsd === null ? total.costUsd : (total.costUsd ?? 0) + more.costUsd,
    agentMs: total.agentMs + more.agentMs,
  };
}

export function addTurn(total: Usage, turn: TurnUsage): Usage {
  return { ...addUsage(total, turn), turns: total.turns + 1 };
}

/** Both together, with their turns. */
export function sumUsage(total: Usage, more: Usage): Usage {
  return { ...addUsage(total, more), turns: total.turns + more.turns };
}

/** What is in the one total beyond the other, which is an earlier one. A price that nobody knew before is all new. */
export function usageSince(earlier: Usage, now: Usage): Usage {
  return {
    turns: now.turns - earlier.turns,
    inputTokens: now.inputTokens - earlier.inputTokens,
    outputTokens: now.outputTokens - earlier.outputTokens,
    totalTokens: now.totalTokens - earlier.totalTokens,
    costUsd: now.costUsd === null ? null : now.costUsd - (earlier.costUsd ?? 0),
    agentMs: now.agentMs - earlier.agentMs,
  };
}
