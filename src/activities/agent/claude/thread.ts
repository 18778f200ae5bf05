import type { AgentEvent, Turn } from '../agent.js';
import type { JournalRecord } from '../../keeper/protocol.js';
import type { Thread, ThreadProtocol } from '../session/backend.js';
import { endOf, noTrouble } from './ending.js';
import type { Trouble } from './ending.js';
import { eventsOf, unknownEvent } from './events.js';
import type { Tools } from './events.js';
import { uuidOf } from './ids.js';
import { keys, linesFor, messageId, remarkId } from './lines.js';
import type { Permission } from './requests.js';
import { describePermission, permissionOf, requestsOf } from './requests.js';
import type { Message, Result } from './schema.js';
import { CanUseTool, parseMessage } from './schema.js';
import type { Spent } from './usage.js';
import { addAnswer, addResult, nothingSpent, settle, usageOf } from './usage.js';

/** The conversation that a program is started with. Its id is chosen here, so that it is known whatever happens. */
export interface Conversation {
  id: string;
  /** It is there, as far as is known; else the program begins it. */
  isResumed: boolean;
  /** It was there when the turn began, and has been told the task. */
  knowsTask: boolean;
}

export interface ClaudeThread extends Thread {
  conversation: Conversation;
  /** How many programs of this turn there were before this one. */
  programs: number;
  /** The turn's message had been taken by an earlier program: it is not played again. */
  isRepeated: boolean;
  /** This program has given a result. */
  isAnswered: boolean;
  /** The program has told its session. */
  isIntroduced: boolean;
  permissions: Permission[];
  unoffered: string[];
  /** Remarks that were written, by the ids of their messages. */
  remarks: Record<string, string>;
  tools: Tools;
  trouble: Trouble;
  spent: Spent;
}

/** Claude Code's stream of JSON lines for one turn (`claude -p --input-format stream-json`). */
export function claudeProtocol(turn: Turn): ThreadProtocol<ClaudeThread> {
  const fresh = (programs: number): Conversation => ({
    id: uuidOf(turn.key, programs),
    isResumed: false,
    knowsTask: false,
  });
  return {
    initial: begin({
      conversation: turn.session === null ? fresh(0) : { id: turn.session, isResumed: true, knowsTask: true },
      programs: 0,
      spent: nothingSpent,
      id: turn.session,
    }),

    apply: (state, record, emit) => withUsage(applyRecord(turn, state, record, emit)),

    restart(state) {
      const programs = state.programs + 1;
      const isThere = state.end?.kind !== 'again' && state.id === state.conversation.id;
      return begin({
        conversation: isThere ? { ...state.conversation, isResumed: true } : fresh(programs),
        programs,
        spent: settle(state.spent),
        id: isThere ? state.id : null,
      });
    },

    next: (state, said) => linesFor(turn, state, said),
  };
}

function begin(known: Pick<ClaudeThread, 'conversation' | 'programs' | 'spent' | 'id'>): ClaudeThread {
  return {
    ...known,
    usage: usageOf(known.spent),
    requests: [],
    calls: [],
    heard: [],
    end: null,
    isStarting: true,
    isRepeated: false,
    isAnswered: false,
    isIntroduced: false,
    remarks: {},
    permissions: [],
    unoffered: [],
    tools: {},
    trouble: noTrouble,
  };
}

function withUsage(state: ClaudeThread): ClaudeThread {
  return { ...state, usage: usageOf(state.spent), requests: state.permissions.flatMap(requestsOf) };
}

type Emit = (event: AgentEvent) => void;

function applyRecord(turn: Turn, state: ClaudeThread, record: JournalRecord, emit: Emit): ClaudeThread {
  if (record.d === 'in') return takeOwn(turn, state, record, emit);
  if (record.d !== 'out' || record.s.trim() === '') return state;
  const message = parseMessage(record.s);
  if (message === null) {
    emit(unknownEvent(record.s));
    return state;
  }
  return applyMessage(turn, state, message, emit);
}

/** A line of ours may have been delivered once it is in the journal: what it answers is open no longer. */
function takeOwn(
  turn: Turn,
  state: ClaudeThread,
  { key, s }: Extract<JournalRecord, { d: 'in' }>,
  emit: Emit,
): ClaudeThread {
  const permission = state.permissions.find(({ id }) => keys.response(id) === key);
  if (permission !== undefined) {
    const granted = s.includes('"behavior":"allow"');
    emit({ type: 'approval', action: describePermission(permission), granted });
  }
  const remark = keys.remarkOf(key);
  return {
    ...state,
    remarks: remark === null ? state.remarks : { ...state.remarks, [remarkId(turn, remark)]: remark },
    permissions: state.permissions.filter((each) => each !== permission),
    unoffered: state.unoffered.filter((id) => keys.response(id) !== key),
  };
}

function applyMessage(turn: Turn, state: ClaudeThread, message: Message, emit: Emit): ClaudeThread {
  switch (message.type) {
    case 'system':
      return applySystem(state, message, emit);
    case 'assistant': {
      const { id, content, usage } = message.message;
      const error = message.error ?? state.trouble.error;
      const { events, tools } = eventsOf(content, state.tools);
      events.forEach(emit);
      return {
        ...state,
        tools,
        spent: addAnswer(state.spent, id, usage),
        trouble: { ...state.trouble, error },
      };
    }
    case 'user': {
      const { events, tools } = eventsOf(message.message.content, state.tools);
      events.forEach(emit);
      return { ...state, tools };
    }
    case 'result':
      return applyResult(state, message, emit);
    case 'control_request': {
      const asked = CanUseTool.safeParse(message.request).data;
      const { request_id: id } = message;
      if (asked === undefined) return { ...state, unoffered: [...state.unoffered, id] };
      return { ...state, permissions: [...state.permissions, permissionOf(id, asked)] };
    }
    case 'control_cancel_request':
      return {
        ...state,
        permissions: state.permissions.filter(({ id }) => id !== message.request_id),
        unoffered: state.unoffered.filter((id) => id !== message.request_id),
      };
    case 'control_response':
      if (message.response.request_id === keys.initialize) return { ...state, isStarting: false };
      emit({ type: 'other', text: `answers ${message.response.request_id}, which was not asked` });
      return state;
    case 'command_lifecycle':
      return applyLifecycle(turn, state, message);
    case 'rate_limit_event':
      return applyRateLimit(state, message, emit);
  }
}

function applySystem(
  state: ClaudeThread,
  message: Extract<Message, { type: 'system' }>,
  emit: Emit,
): ClaudeThread {
  const { subtype, session_id: id, error, error_status: status } = message;
  switch (subtype) {
    case 'init': {
      // It comes before each answer to a message.
      if (id === '' || (state.id === id && state.isIntroduced)) return state;
      emit({ type: 'session', id, resumed: state.conversation.isResumed });
      return { ...state, id, isIntroduced: true, conversation: { ...state.conversation, id } };
    }
    case 'api_retry':
      emit({
        type: 'other',
        text: `asks the model again: ${error ?? 'no answer'} (${status ?? 'no status'})`,
      });
      return state;
    case 'thinking_tokens':
      return state;
    default:
      emit({ type: 'other', text: subtype });
      return state;
  }
}

function applyResult(state: ClaudeThread, result: Result, emit: Emit): ClaudeThread {
  const { conversation, isStarting, trouble } = state;
  // It has said nothing and was asked nothing: there is no such conversation any more.
  if (isStarting && conversation.isResumed && result.is_error) {
    emit({ type: 'other', text: `session ${conversation.id} is gone: ${result.errors.join(', ')}` });
    return { ...state, end: { kind: 'again' } };
  }
  const spent = addResult(state.spent, result);
  emit({ type: 'usage', usage: usageOf(spent) });
  const end = endOf(result, trouble);
  // What waits in its queue is worked on next, and has a result of its own.
  const goesOn = end.kind === 'completed' && hasUnheard(state);
  return { ...state, spent, isAnswered: true, end: goesOn ? null : end };
}

/** Whether it was written a remark that it has not taken up. */
function hasUnheard({ remarks, heard }: ClaudeThread): boolean {
  return Object.values(remarks).some((remark) => !heard.includes(remark));
}

function applyLifecycle(
  turn: Turn,
  state: ClaudeThread,
  { command_uuid: uuid, state: stage }: Extract<Message, { type: 'command_lifecycle' }>,
): ClaudeThread {
  // The result would have come before.
  if (uuid === messageId(turn, state.conversation)) {
    const isRepeated = stage === 'completed' && state.end === null && !state.isAnswered;
    return isRepeated ? { ...state, isRepeated } : state;
  }
  const remark = state.remarks[uuid];
  if (remark === undefined || stage === 'queued' || state.heard.includes(remark)) return state;
  return { ...state, heard: [...state.heard, remark] };
}

function applyRateLimit(
  state: ClaudeThread,
  { rate_limit_info }: Extract<Message, { type: 'rate_limit_event' }>,
  emit: Emit,
): ClaudeThread {
  const { status, resetsAt, rateLimitType } = rate_limit_info;
  if (status === 'allowed') return { ...state, trouble: { ...state.trouble, limit: null } };
  const until = typeof resetsAt === 'number' ? new Date(resetsAt * 1000).toISOString() : null;
  emit({ type: 'rate_limit', until, message: `${rateLimitType ?? 'usage'}: ${status}` });
  return { ...state, trouble: { ...state.trouble, limit: status === 'rejected' ? { until } : null } };
}
