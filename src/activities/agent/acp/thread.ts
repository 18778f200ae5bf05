import type { Turn } from '../agent.js';
import type { Request, Thread } from '../session/backend.js';
import type { AuthMethods } from './schema.js';
import type { Speech } from './speech.js';
import type { Tool } from './tool.js';
import type { Spending } from './usage.js';
import { nothingSpent, settle, usageOf } from './usage.js';

/** What the agent is asked, in this order; of `new`, `resume` and `load` the one that fits, or `new` after another. */
export type Step = 'initialize' | 'authenticate' | 'new' | 'resume' | 'load' | 'mode' | 'model' | 'prompt';

/** What the session is told at `prompt`. */
export type Opening =
  /** Nothing yet: the whole task. */
  | 'first'
  /** The whole task, although there was a session that knew it. */
  | 'lost'
  /** What is new; that the turn was cut off, too. */
  | 'next';

/** A request of the agent's that is not answered yet. */
export interface Permission extends Request {
  /** As the agent counts. */
  rpcId: string | number;
  /** Of the options, the one that says so; null where none does. */
  allow: string | null;
  deny: string | null;
}

/** A request of the agent's for something that it was not offered. */
export interface Unoffered {
  /** Of all that this program has asked. */
  number: number;
  rpcId: string | number;
  method: string;
}

/** A session of an agent that speaks ACP, over all programs of one turn. */
export interface AcpThread extends Thread {
  requests: Permission[];
  step: Step;
  /** The id of the request that the agent was asked last; it counts for each program. */
  number: number;
  /** Whether this program may have heard of the turn. */
  isPrompted: boolean;
  /** Whether the session may have heard the message of this turn, from whichever program. */
  isDelivered: boolean;
  /** The session to go on with; null to begin one. */
  wanted: string | null;
  opening: Opening;
  /** The remark for which the agent was interrupted. */
  remark: string | null;
  canResume: boolean;
  canLoad: boolean;
  logins: AuthMethods;
  /** The option of the session that is the model; null where models have a method of their own. */
  modelOption: string | null;
  unoffered: Unoffered[];
  /** How much this program has asked. */
  asked: number;
  speech: Speech;
  tools: Readonly<Record<string, Tool>>;
  spending: Spending;
}

/** Before anything has happened. */
export function newThread({ session }: Turn): AcpThread {
  return {
    id: null,
    usage: usageOf(nothingSpent),
    requests: [],
    calls: [],
    heard: [],
    end: null,
    isStarting: true,
    step: 'initialize',
    number: 1,
    isPrompted: false,
    isDelivered: false,
    wanted: session,
    opening: 'first',
    remark: null,
    canResume: false,
    canLoad: false,
    logins: [],
    modelOption: null,
    unoffered: [],
    asked: 0,
    speech: { kind: null, id: null, text: '', last: null },
    tools: {},
    spending: nothingSpent,
  };
}

/** For another program, which knows nothing. A session that has heard nothing of this turn is not gone on with. */
export function restarted(thread: AcpThread, turn: Turn): AcpThread {
  const { id, isDelivered, heard, speech } = thread;
  const spending = settle(thread.spending, null);
  return {
    ...newThread(turn),
    id: isDelivered ? id : null,
    wanted: isDelivered ? id : turn.session,
    isDelivered,
    heard,
    speech,
    spending,
    usage: usageOf(spending),
  };
}

/** The agent is asked something else now. */
export function asking(thread: AcpThread, step: Step): AcpThread {
  return { ...thread, step, number: thread.number + 1 };
}
