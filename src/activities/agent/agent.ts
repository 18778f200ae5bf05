import type { Config } from '../../config/config.js';
import type { TurnLimits } from '../../domain/budget.js';
import type { Report } from '../../domain/report.js';
import type { Question, QuestionAnswer } from '../../domain/task.js';
import type { TurnUsage } from '../../domain/usage.js';
import type { TurnOutcome } from '../../workflows/ports.js';
import type { Attempt } from '../attempt.js';
import type { Untrusted } from '../enclose.js';
import type { Contained } from '../keeper/containment/contain.js';
import type { ToolCall } from '../keeper/calls.js';
import type { TailLimit } from '../keeper/tail.js';
import type { Owner, ToolDeclaration, ToolResult } from '../keeper/protocol.js';

/** One prompt-to-completion step. All paths are absolute. */
export interface Turn {
  /** Names it among all turns there are; the same for each repetition. */
  key: string;
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
  /** What people have answered to questions of this turn. */
  answers: readonly QuestionAnswer[];
  /** Beyond these the turn is ended. */
  limits: TurnLimits;
  /** The newest report of the task's agents, for a session that begins anew; null when there is none. */
  report: Report | null;
  tools: AgentTools;
  remarks: Remarks;
  /** Told what the turn has spent so far. */
  spent: (usage: TurnUsage) => void;
  workspace: string;
  /** A folder of the task's own in which the agent may keep its sessions; it is there for all turns. */
  home: string;
  /** The complete environment of the agent's program. */
  env: Record<string, string>;
  /** Whether the agent is only to look at the workspace: it reviews. */
  isReadOnly: boolean;
  /** Whether the files of this machine are kept from the agent, so that it needs no sandbox of its own. */
  isShutIn: boolean;
  /** Shuts the agent's program in: what runs is what this returns. */
  enclose: (program: Pick<Untrusted, 'argv' | 'env' | 'writable' | 'login'>) => Promise<Contained>;
  /** Stands for the agent's program, see `attend`; the same for each repetition of the turn. */
  place: string;
  owner: Owner;
  /** How long the program goes on while no worker attends to it. */
  leaseMs: number;
  /** Gets what the agent prints, as it comes, up to the limit. */
  transcript: string;
  transcriptLimitBytes: number;
  /** Where in the transcript the agent's own words begin, in bytes. */
  transcriptFrom: number;
  /** How much of its last output is the summary, for an agent that has no messages. */
  summaryLimit: TailLimit;
}

/** What the agent may call without any credential of its own. */
export interface AgentTools {
  declared: ToolDeclaration[];
  /** Null for a call that waits for a person. The key is the same for each repetition of the call, and for no other. */
  call: (call: ToolCall, key: string) => Promise<ToolResult | null>;
}

/** What a person says to a turn that runs. */
export interface Remark {
  id: string;
  text: string;
}

export interface Remarks {
  all: () => readonly Remark[];
  /** Calls `changed` when there are more. Returns how to stop. */
  listen: (changed: () => void) => () => void;
  /** Tells whoever waits for it that the agent has heard these. */
  heard: (ids: readonly string[]) => void;
}

/** What every kind of agent tells while it works. */
export type AgentEvent =
  | { type: 'session'; id: string; resumed: boolean }
  | { type: 'message'; text: string }
  | { type: 'thinking'; text: string }
  | { type: 'tool'; name: string; detail: string }
  /** What a tool printed; `ok` is null when the agent does not say. */
  | { type: 'result'; name: string; text: string; ok: boolean | null }
  | { type: 'files'; paths: string[] }
  | { type: 'plan'; steps: { text: string; status: string }[] }
  | { type: 'usage'; usage: TurnUsage }
  | { type: 'report'; report: Report }
  | { type: 'question'; question: Question }
  | { type: 'approval'; action: string; granted: boolean }
  /** Times are RFC 3339. */
  | { type: 'rate_limit'; until: string | null; message: string }
  /** What this version does not know, a warning, or no message at all. */
  | { type: 'other'; text: string };

/** An event, and when it happened: in milliseconds since 1970. */
export interface Told {
  at: number;
  event: AgentEvent;
}

export type Emit = (told: readonly Told[]) => Promise<void>;

/** How the agent's program ended: with the turn, or cut off in the middle of it, so that another has to go on. */
export type TurnEnd = TurnOutcome | { kind: 'interrupted' };

/**
 * One kind of coding agent. What it says of its own work decides nothing: a completed turn is
 * only a turn that ended.
 */
export interface Agent {
  /** Variables of the worker's environment that hold the model's credential: the one secret in the agent. */
  credentials: readonly string[];
  /** What the transcript says when its program starts. */
  opening: AgentEvent;
  /**
   * Plays one turn to its end, or goes on with the program that plays it already. Every way in which a turn
   * can end is a value, `stopped` after `attempt.end` once the agent's whole tree of processes has ended; it throws
   * only what `runProgram` throws: then the program may go on.
   */
  runTurn(turn: Turn, emit: Emit, attempt: Attempt): Promise<TurnEnd>;
}

/** Makes the agent that a workflow file asks for. */
export type AgentFactory = (config: Config) => Agent;
