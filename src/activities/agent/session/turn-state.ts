import type { Question, QuestionAnswer } from '../../../domain/task.js';
import type { TurnUsage } from '../../../domain/usage.js';
import type { ToolCall } from '../../keeper/calls.js';
import type { JournalRecord, ToolResult } from '../../keeper/protocol.js';
import type { LineProtocol, Step } from '../../keeper/session.js';
import { misfit, refused, said } from '../../tool.js';
import type { AgentEvent, Remark, Turn } from '../agent.js';
import { Ask, askTool } from '../ask.js';
import { reportOf } from '../report.js';
import type { Line, Reply, Request, Thread, ThreadProtocol } from './backend.js';
import type { Rules } from './policy.js';
import { replyByRule, replyOf } from './policy.js';
import { questionsOf } from '../question-id.js';

/** A turn as its journals tell it: the agent's own thread, and what every kind of agent has beside it. */
export interface TurnState<S extends Thread> {
  thread: S;
  /** How many programs of this turn were cut off before the present one. */
  restarts: number;
  /** Calls of our tools by way of the keeper, without a result. */
  calls: ToolCall[];
  /** The ids of questions whose program was cut off before it got an answer. */
  unanswered: string[];
  /** The last words on stderr. */
  stderr: string;
  /** Time in which programs of this turn ran and did not wait for a person, in milliseconds, by the times of their records. */
  workedMs: number;
  /** A person has been asked, and has not answered. */
  isWaiting: boolean;
  /** When the last record was written, in milliseconds since 1970; null before the first of a program. */
  heardAt: number | null;
}

/** Why a turn comes back: the thread has ended, a person is asked, or a limit was passed. */
export type TurnStop =
  { kind: 'ended' } | { kind: 'question'; question: Question } | { kind: 'limit'; message: string };

const stderrLimit = 2_000;
/** Agents ask for a few things at a time. */
const mostOpen = 200;

/** The whole protocol of a turn: the backend's, with policy, people's answers, remarks and limits around it. */
export function turnProtocol<S extends Thread>(
  turn: Turn,
  protocol: ThreadProtocol<S>,
  context: {
    rules: Rules;
    remarks: () => readonly Remark[];
    /** `at` is in milliseconds since 1970. */
    emit: (event: AgentEvent, at: number) => void;
    /** Adds what the usage costs, where the agent does not say it. */
    price: (usage: TurnUsage) => TurnUsage;
  },
): LineProtocol<TurnState<S>, TurnStop> {
  const { rules, remarks, emit, price } = context;

  function questionId({ restarts }: TurnState<S>, { id }: Request): string {
    return `${questionsOf(turn.turn, restarts)}${id}`;
  }

  function answerTo(state: TurnState<S>, request: Request): QuestionAnswer | undefined {
    const id = questionId(state, request);
    return turn.answers.find(({ questionId: answered }) => answered === id);
  }

  function replyTo(state: TurnState<S>, request: Request): Reply | null {
    const answer = answerTo(state, request);
    return answer === undefined ? replyByRule(rules, request) : replyOf(request, answer);
  }

  return {
    initial: {
      thread: protocol.initial,
      restarts: 0,
      calls: [],
      unanswered: [],
      stderr: '',
      workedMs: 0,
      isWaiting: false,
      heardAt: null,
    },

    apply(state, record) {
      const tell = (event: AgentEvent) => emit(event, record.t);
      const calls = applyCalls(state.calls, record);
      const thread = withinReason(applySafely(protocol, state.thread, record, tell), calls);
      for (const call of newCalls([state.calls, calls], [state.thread.calls, thread.calls])) {
        const report = reportOf(call);
        if (report !== null) tell({ type: 'report', report });
      }
      const next = { ...state, thread, calls };
      return {
        ...next,
        workedMs: workedBy(state, record.t - jumpOf(record)),
        isWaiting: openIn(next).some((request) => replyByRule(rules, request) === null),
        heardAt: record.t,
        stderr: record.d === 'err' ? `${state.stderr}${record.s}\n`.slice(-stderrLimit) : state.stderr,
      };
    },

    restart: (state) => ({
      thread: protocol.restart(state.thread),
      restarts: state.restarts + 1,
      calls: [],
      unanswered: [...state.unanswered, ...openIn(state).map((request) => questionId(state, request))],
      stderr: '',
      workedMs: state.workedMs,
      isWaiting: false,
      heardAt: null,
    }),

    calls: (state) => callsIn(state).filter(({ name }) => name !== askTool),

    next(state, found) {
      const { thread, calls } = state;
      if (thread.end?.kind === 'again') return [{ kind: 'again' }];
      if (thread.end !== null) return [{ kind: 'done', result: { kind: 'ended' } }];
      const passed = passedLimit(turn, price({ ...thread.usage, agentMs: state.workedMs }));
      if (passed !== null) return [{ kind: 'done', result: { kind: 'limit', message: passed } }];

      const open = openIn(state);
      const replies = new Map<string, Reply>();
      for (const request of open) {
        const reply = replyTo(state, request);
        if (reply !== null) replies.set(request.id, reply);
      }
      const results = new Map(found);
      for (const { id, problem } of asksIn(state)) {
        const reply = replies.get(id);
        if (reply !== undefined) results.set(id, said(reply.text));
        if (problem !== null) results.set(id, refused(problem));
      }
      const late = turn.answers.filter(({ questionId: id }) => state.unanswered.includes(id));
      const unanswered = open.find(({ id }) => !replies.has(id));
      return [
        ...protocol.next(thread, { replies, results, late, remarks: remarks() }).map(writing),
        ...calls.flatMap(({ id }) => resultStep(id, results.get(id))),
        ...(unanswered === undefined ? [] : [suspension(questionId(state, unanswered), unanswered)]),
      ];
    },
  };
}

/** No line of an agent's is fatal: one that the protocol cannot stand is told. What has ended hears nothing more. */
function applySafely<S extends Thread>(
  protocol: ThreadProtocol<S>,
  thread: S,
  record: JournalRecord,
  tell: (event: AgentEvent) => void,
): S {
  if (thread.end !== null) return thread;
  try {
    return protocol.apply(thread, record, tell);
  } catch (error) {
    tell({ type: 'other', text: `a line that is not understood: ${String(error)}` });
    return thread;
  }
}

/** Ends the thread of an agent that asks without end, before it fills the memory of its worker. */
function withinReason<S extends Thread>(thread: S, calls: readonly ToolCall[]): S {
  const open = thread.requests.length + thread.unoffered.length + thread.calls.length + calls.length;
  if (thread.end !== null || open <= mostOpen) return thread;
  const message = `the agent has more than ${mostOpen} requests open at once`;
  return { ...thread, end: { kind: 'failed', category: 'output_limit', message } };
}

function writing(line: Line): Step<TurnStop> {
  return { kind: 'write', ...line };
}

function resultStep(id: string, result: ToolResult | undefined): Step<TurnStop>[] {
  return result === undefined ? [] : [{ kind: 'tool_result', id, result }];
}

function callsIn<S extends Thread>({ calls, thread }: TurnState<S>): ToolCall[] {
  return [...calls, ...thread.calls];
}

function asksIn<S extends Thread>(state: TurnState<S>): Asked[] {
  return callsIn(state)
    .filter(({ name }) => name === askTool)
    .map(readAsk);
}

/** What waits for an answer. */
function openIn<S extends Thread>(state: TurnState<S>): Request[] {
  return [...state.thread.requests, ...asksIn(state).flatMap(({ request }) => request ?? [])];
}

function suspension(id: string, { text, options }: Request): Step<TurnStop> {
  return { kind: 'suspend', result: { kind: 'question', question: { id, text, options } } };
}

function applyCalls(calls: ToolCall[], record: JournalRecord): ToolCall[] {
  if (record.d === 'result') return calls.filter(({ id }) => id !== record.id);
  return record.d === 'call' ? [...calls, record] : calls;
}

/** Calls that were not open before. */
function newCalls(...changes: [before: readonly ToolCall[], after: readonly ToolCall[]][]): ToolCall[] {
  return changes.flatMap(([before, after]) =>
    before === after ? [] : after.filter(({ id }) => !before.some((call) => call.id === id)),
  );
}

type Asked = { id: string } & ({ request: Request; problem: null } | { request: null; problem: string });

/** What the agent asks a person, or why it cannot be asked. */
function readAsk({ id, arguments: input }: ToolCall): Asked {
  const parsed = Ask.safeParse(input);
  if (!parsed.success) return { id, request: null, problem: misfit(parsed.error) };
  const { question: text, options } = parsed.data;
  return { id, request: { id, kind: 'question', subject: askTool, text, options }, problem: null };
}

/** A clock that was set, or a machine that slept, is no work. */
function jumpOf(record: JournalRecord): number {
  return record.d === 'note' ? (record.clockMs ?? 0) : 0;
}

/** How long a turn has run by a time in milliseconds since 1970. */
function workedBy<S extends Thread>({ workedMs, isWaiting, heardAt }: TurnState<S>, now: number): number {
  return isWaiting || heardAt === null ? workedMs : workedMs + Math.max(now - heardAt, 0);
}

/** How much longer it may run, or null. While it waits for a person, no time passes for it. */
export function timeLeftMs<S extends Thread>(
  { limits }: Turn,
  state: TurnState<S>,
  now: number,
): number | null {
  return limits.ms === undefined || state.isWaiting ? null : limits.ms - workedBy(state, now);
}

/** What a turn has spent beyond what it may, in words, or null. */
function passedLimit({ limits }: Turn, usage: TurnUsage): string | null {
  if (limits.tokens !== null && usage.totalTokens > limits.tokens) {
    return `the turn has used ${usage.totalTokens} tokens, and ${limits.tokens} were left`;
  }
  if (limits.usd !== null && usage.costUsd !== null && usage.costUsd > limits.usd) {
    return `the turn has cost ${usage.costUsd.toFixed(2)} USD, and ${limits.usd.toFixed(2)} were left`;
  }
  if (limits.ms !== undefined && usage.agentMs > limits.ms) {
    return `the turn has taken ${Math.round(usage.agentMs / 1000)} s, and ${Math.round(limits.ms / 1000)} s were left`;
  }
  return null;
}
