import type { Config } from '../../config/config.js';
import type { Question } from '../../domain/task.js';
import type { TurnUsage } from '../../domain/usage.js';
import type { TurnOutcome } from '../../workflows/ports.js';

/** One prompt-to-completion step. All paths are absolute. */
export interface Turn {
  identifier: string;
  title: string;
  attempt: number | null;
  turn: number;
  round: number;
  /** The agent's thread to go on with, or null to begin one. */
  session: string | null;
  /** The rendered template: what the task is. A session that goes on knows it already (SPEC 7.1). */
  prompt: string;
  /** What has happened since the last turn; empty when nothing has. */
  guidance: string;
  workspace: string;
  /** The complete environment of the agent's program. */
  env: Record<string, string>;
  /** Names the program while it runs, see `runProgram`. */
  identityFile: string;
  /** Gets what the agent prints, as it comes, up to the limit. */
  transcript: string;
  transcriptLimitBytes: number;
}

/** What every kind of agent tells while it works. */
export type AgentEvent =
  | { type: 'message'; text: string }
  | { type: 'tool'; name: string; detail: string }
  | { type: 'usage'; usage: TurnUsage }
  | { type: 'question'; question: Question }
  | { type: 'approval'; action: string; granted: boolean }
  /** Times are RFC 3339. */
  | { type: 'rate_limit'; until: string; message: string };

export type Emit = (event: AgentEvent) => Promise<void>;

/**
 * One kind of coding agent. What it says of its own work decides nothing: a completed turn is
 * only a turn that ended.
 */
export interface Agent {
  /**
   * Plays one turn to its end. Every way in which a turn can end is a value; it throws only the
   * signal's reason, after the agent's whole tree of processes has ended, and what `runProgram` throws.
   */
  runTurn(turn: Turn, emit: Emit, signal: AbortSignal): Promise<TurnOutcome>;
}

/** Makes the agent that a workflow file asks for. */
export type AgentFactory = (config: Config) => Agent;
