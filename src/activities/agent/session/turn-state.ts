import type { Question, QuestionAnswer } from '../../../domain/task.js';
import type { JournalRecord, ToolResult } from '../../keeper/protocol.js';
import type { LineProtocol, Step } from '../../keeper/session.js';
import type { AgentEvent, Remark, Turn } from '../agent.js';
import type { Reply, Request, Thread, ThreadProtocol } from './backend.js';
import type { Rules } from './policy.js';
import { replyByRule, replyOf } from './policy.js';
import { questionsOf } from '../question-id.js';

/** The tool by which an agent asks a person; its call waits for the answer. */
export const askTool = 'ask_human';

/** A turn as its journals tell it: the agent's own thread, and what every kind of agent has beside it. */
export interface TurnState<S extends Thread> {
  thread: S;
  /** How many programs of this turn were cut off before the present one. */
  restarts: number;
  /** Calls of `askTool` without a result. */
  asked: Request[];
  /** The last words on stderr. */
  stderr: string;
}

/** Why a turn comes back: the thread has ended, a person is asked, or a limit was passed. */
export type TurnStop =
  { kind: 'ended' } | { kind: 'question'; question: Question } | { kind: 'limit'; message: string };

const stderrLimit = 2_000;

/** The whole protocol of a turn: the backend's, with policy, people's answers, remarks and limits around it. */
export function turnProtocol<S extends Thread>(
  turn: Turn,
  protocol: ThreadProtocol<S>,
  context: { rules: Rules; remarks: () => readonly Remark[]; emit: (event: AgentEvent) => void },
): LineProtocol<TurnState<S>, TurnStop> {
  const { rules, remarks, emit } = context;

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
    initial: { thread: protocol.initial, restarts: 0, asked: [], stderr: '' },

    apply(state, record) {
      return {
        ...state,
        thread: protocol.apply(state.thread, record, emit),
        asked: applyCalls(state.asked, record),
        stderr: record.d === 'err' ? `${state.stderr}${record.s}\n`.slice(-stderrLimit) : state.stderr,
      };
    },

    restart: (state) => ({
      thread: protocol.restart(state.thread),
      restarts: state.restarts + 1,
      asked: [],
      stderr: '',
    }),

    next(state) {
      const { thread } = state;
      if (thread.end !== null) return [{ kind: 'done', result: { kind: 'ended' } }];
      const passed = passedLimit(turn, thread);
      if (passed !== null) return [{ kind: 'done', result: { kind: 'limit', message: passed } }];

      const open = [...thread.requests, ...state.asked];
      const replies = new Map<string, Reply>();
      for (const request of open) {
        const reply = replyTo(state, request);
        if (reply !== null) replies.set(request.id, reply);
      }
      const lines = protocol.next(thread, { replies, remarks: remarks() });
      const results = state.asked.flatMap((request): Step<TurnStop>[] => {
        const reply = replies.get(request.id);
        return reply === undefined
          ? []
          : [{ kind: 'tool_result', id: request.id, result: words(reply.text) }];
      });
      const unanswered = open.find(({ id }) => !replies.has(id));
      return [
        ...lines.map((line): Step<TurnStop> => ({ kind: 'write', ...line })),
        ...results,
        ...(unanswered === undefined ? [] : [suspension(questionId(state, unanswered), unanswered)]),
      ];
    },
  };
}

function suspension(id: string, { text, options }: Request): Step<TurnStop> {
  return { kind: 'suspend', result: { kind: 'question', question: { id, text, options } } };
}

function applyCalls(asked: Request[], record: JournalRecord): Request[] {
  if (record.d === 'result') return asked.filter(({ id }) => id !== record.id);
  if (record.d !== 'call' || record.name !== askTool) return asked;
  const { question, options } = readAsk(record.arguments);
  return [...asked, { id: record.id, kind: 'question', subject: askTool, text: question, options }];
}

/** The shim has held it against the schema of the tool already; what comes past that is still only data. */
function readAsk(input: unknown): { question: string; options: string[] } {
  const fields: { question?: unknown; options?: unknown } = typeof input === 'object' ? { ...input } : {};
  const options = Array.isArray(fields.options) ? fields.options : [];
  return {
    question: typeof fields.question === 'string' ? fields.question : JSON.stringify(input),
    options: options.filter((option) => typeof option === 'string'),
  };
}

function words(text: string): ToolResult {
  return { content: [{ type: 'text', text }] };
}

/** What a turn has spent beyond what it may, in words, or null. */
function passedLimit({ limits }: Turn, { usage }: Thread): string | null {
  if (limits.tokens !== null && usage.totalTokens > limits.tokens) {
    return `the turn has used ${usage.totalTokens} tokens, and ${limits.tokens} were left`;
  }
  if (limits.usd !== null && usage.costUsd !== null && usage.costUsd > limits.usd) {
    return `the turn has cost ${usage.costUsd.toFixed(2)} USD, and ${limits.usd.toFixed(2)} were left`;
  }
  return null;
}
