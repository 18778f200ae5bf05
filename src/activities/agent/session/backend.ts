import type { TurnFault } from '../../../domain/failure.js';
import type { QuestionAnswer } from '../../../domain/task.js';
import type { TurnUsage } from '../../../domain/usage.js';
import type { Untrusted } from '../../enclose.js';
import type { ToolCall } from '../../keeper/calls.js';
import type { JournalRecord, ToolResult } from '../../keeper/protocol.js';
import type { AgentEvent, Turn } from '../agent.js';

/** What an agent asks before it goes on. */
export interface Request {
  /** Of this program; two programs of one turn may use the same. */
  id: string;
  kind: RequestKind;
  /** What a pattern of the configuration is held against: the command line, the path, the name of the tool. */
  subject: string;
  /** For people. */
  text: string;
  /** What may be answered; empty when any words may. */
  options: string[];
}

export const requestKinds = ['command', 'edit', 'tool', 'other', 'question'] as const;
export type RequestKind = (typeof requestKinds)[number];

/** How a request is answered; `text` is what a person said, or why the policy decided so. */
export interface Reply {
  verdict: 'allow' | 'deny' | 'words';
  text: string;
}

/** How the agent says that its turn ended. */
export type ThreadEnd =
  | { kind: 'completed'; summary: string }
  | { kind: 'failed'; category: TurnFault; message: string }
  /** RFC 3339; null when the agent does not say until when. */
  | { kind: 'quota'; until: string | null; message: string }
  /** Not the turn, but this program, which can do nothing for it: another one begins, in the state that `restart` gives. */
  | { kind: 'again' };

/** What every backend knows of its thread, over all programs of one turn. */
export interface Thread {
  /** The id by which another program can go on with it; null while there is none. */
  id: string | null;
  /** What this turn has spent. */
  usage: TurnUsage;
  /** Open requests, oldest first. */
  requests: Request[];
  /** Open calls of our tools, where they come by the agent's own protocol and not by the keeper's. */
  calls: ToolCall[];
  /** Requests for what nobody offers, which are still to be refused. */
  unoffered: readonly unknown[];
  /** Ids of remarks that the agent has acknowledged. */
  heard: string[];
  end: ThreadEnd | null;
  /** Answers to what it is asked now come at once, or something is wrong. */
  isStarting: boolean;
}

/** A line to be written to the agent; the key is the same whoever writes it. */
export interface Line {
  key: string;
  line: string;
}

/** What there is for the agent to hear. */
export interface Said {
  /** By the id of the request. */
  replies: ReadonlyMap<string, Reply>;
  /** By the id of the call. */
  results: ReadonlyMap<string, ToolResult>;
  /** Remarks for the turn that runs. */
  remarks: readonly { id: string; text: string }[];
  /** Answers to questions whose program was cut off before it got them. */
  late: readonly QuestionAnswer[];
}

/**
 * The protocol of one kind of agent for one turn, as a reducer over its journal: begin or resume the thread, say what
 * the turn is about, answer what it asks, see how it ends. Nothing here knows of files, clocks or Temporal.
 */
export interface ThreadProtocol<S extends Thread> {
  initial: S;
  /** Unknown lines are told as events and change nothing. */
  apply(state: S, record: JournalRecord, emit: (event: AgentEvent) => void): S;
  /** The program was cut off; the next one resumes the thread. */
  restart(state: S): S;
  next(state: S, said: Said): Line[];
}

/** How long an agent may be silent, in milliseconds. */
export interface Patience {
  /** While it starts. */
  readMs: number;
  turnMs: number;
  /** Zero and less turn stall detection off. */
  stallMs: number;
}

/** One kind of agent that speaks a protocol of lines. */
export interface Backend<S extends Thread> {
  /** As `agent.kind` names it. */
  kind: 'codex' | 'claude' | 'acp';
  /** For people: what is started. */
  command: string;
  /** Variables of the worker's environment that hold the model's credential, and reach the agent. */
  credentials: string[];
  patience: Patience;
  /** What is started for a turn whose thread the programs before have left like this. */
  launch(turn: Turn, thread: S): Pick<Untrusted, 'argv' | 'env' | 'writable' | 'login'>;
  protocol(turn: Turn): ThreadProtocol<S>;
}
