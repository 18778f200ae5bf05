import type { TurnUsage } from '../../../domain/usage.js';
import type { ToolCall } from '../../keeper/calls.js';
import type { Request, Thread } from '../session/backend.js';
import type { Tokens } from './messages.js';

/** What a request of the agent's needs for its answer. */
export type Asked = Request & { rpcId: string | number; method: string; questions: string[] };

/** The thread as the journals of a turn tell it. What is of one program alone begins anew with the next. */
export interface CodexThread extends Thread {
  requests: Asked[];
  calls: (ToolCall & { rpcId: string | number })[];
  /** Counts the programs of this turn, from 0. */
  program: number;
  /** Keys of what was written to this program. */
  written: string[];
  isInitialized: boolean;
  unoffered: (string | number)[];
  /** The program has the thread open. */
  isOpen: boolean;
  /** The thread that was to be resumed is not there. */
  isGone: boolean;
  /** The thread has heard what the task is. */
  knowsTask: boolean;
  /** An earlier program was given the message of this turn: the thread may have it. */
  wasTold: boolean;
  /** What the thread's own history says of that message; null before it was looked at. */
  history: 'absent' | 'cut' | null;
  turnId: string | null;
  lastText: string;
  /** Why the model was asked again, the last time; Codex does not repeat it when it gives up. */
  trouble: unknown;
  /** What earlier programs of this turn have spent. */
  spent: TurnUsage;
  /** The thread's total when this program's part of the turn began. */
  base: Tokens | null;
  /** When the quota that is used up is there again, RFC 3339. */
  resetsAt: string | null;
}

export const nothingSpent: TurnUsage = {
  inputTokens: 0,
  outputTokens: 0,
  totalTokens: 0,
  costUsd: null,
  agentMs: 0,
};

export function newThread(session: string | null): CodexThread {
  return {
    id: session,
    usage: nothingSpent,
    requests: [],
    calls: [],
    heard: [],
    end: null,
    isStarting: true,
    program: 0,
    written: [],
    isInitialized: false,
    unoffered: [],
    isOpen: false,
    isGone: false,
    knowsTask: session !== null,
    wasTold: false,
    history: null,
    turnId: null,
    lastText: '',
    trouble: null,
    spent: nothingSpent,
    base: null,
    resetsAt: null,
  };
}

/** Nothing that was open with a program is open with the next. */
export function restarted(thread: CodexThread): CodexThread {
  return {
    ...thread,
    requests: [],
    calls: [],
    isStarting: true,
    program: thread.program + 1,
    wasTold: thread.wasTold || thread.written.includes('turn'),
    written: [],
    isInitialized: false,
    unoffered: [],
    isOpen: false,
    history: null,
    turnId: null,
    spent: thread.usage,
    base: null,
  };
}

/** Totals of the thread as what this turn has spent: the same total twice is spent once. */
export function addTokens(thread: CodexThread, total: Tokens, last: Tokens): CodexThread {
  const base = thread.base ?? minus(total, last);
  const now = minus(total, base);
  const { spent } = thread;
  const usage: TurnUsage = {
    ...spent,
    inputTokens: spent.inputTokens + now.inputTokens,
    outputTokens: spent.outputTokens + now.outputTokens,
    totalTokens: spent.totalTokens + now.totalTokens,
  };
  return { ...thread, base, usage };
}

function minus(left: Tokens, right: Tokens): Tokens {
  return {
    totalTokens: left.totalTokens - right.totalTokens,
    inputTokens: left.inputTokens - right.inputTokens,
    outputTokens: left.outputTokens - right.outputTokens,
  };
}
