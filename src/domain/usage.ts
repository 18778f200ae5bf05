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

export const noUsage: Usage = {
  turns: 0,
  inputTokens: 0,
  outputTokens: 0,
  totalTokens: 0,
  costUsd: null,
  agentMs: 0,
};

export function addTurn(total: Usage, turn: TurnUsage): Usage {
  return {
    turns: total.turns + 1,
    inputTokens: total.inputTokens + turn.inputTokens,
    outputTokens: total.outputTokens + turn.outputTokens,
    totalTokens: total.totalTokens + turn.totalTokens,
    costUsd: turn.costUsd === null ? total.costUsd : (total.costUsd ?? 0) + turn.costUsd,
    agentMs: total.agentMs + turn.agentMs,
  };
}
