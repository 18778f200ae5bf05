import type { AgentEvent } from '../agent.js';
import { endOf } from './end.js';
import { eventsOf } from './events.js';
import type { Message, TurnError } from './messages.js';
import {
  AgentMessage,
  ErrorNotice,
  ItemNotice,
  RateLimits,
  ThreadAnswer,
  TokenUsage,
  ToolCallRequest,
  TurnAnswer,
  TurnCompleted,
  TurnStarted,
  Turns,
} from './messages.js';
import { readRequest } from './requests.js';
import type { CodexThread } from './state.js';
import { addTokens } from './state.js';

type Emit = (event: AgentEvent) => void;

/** What a message of the agent changes. Throws for one whose fields are not what they should be. */
export function applyMessage(
  thread: CodexThread,
  message: Message,
  emit: Emit,
  ownMessages: string,
): CodexThread {
  if (message.method === undefined) return applyAnswer(thread, message, emit, ownMessages);
  return message.id === undefined ? applyNotice(thread, message, emit) : applyRequest(thread, message, emit);
}

function applyRequest(thread: CodexThread, message: Message, emit: Emit): CodexThread {
  if (message.method === 'item/tool/call') return applyCall(thread, message);
  const asked = readRequest(message);
  if (asked === null) {
    emit({ type: 'other', text: `asks for ${message.method ?? ''}, which is not offered` });
    const { id = '' } = message;
    return { ...thread, unoffered: [...thread.unoffered, id] };
  }
  return { ...thread, requests: [...thread.requests, asked] };
}

function applyCall(thread: CodexThread, { id = '', params }: Message): CodexThread {
  const { tool, arguments: input } = ToolCallRequest.parse(params);
  const call = { id: String(id), rpcId: id, name: tool, arguments: input };
  return { ...thread, calls: [...thread.calls, call] };
}

function applyNotice(thread: CodexThread, message: Message, emit: Emit): CodexThread {
  for (const event of eventsOf(message)) emit(event);
  const { params } = message;
  switch (message.method) {
    case 'turn/started':
      return { ...thread, turnId: TurnStarted.parse(params).turn.id, isStarting: false };
    case 'turn/completed':
      return applyCompleted(thread, TurnCompleted.parse(params));
    case 'item/completed': {
      const { item } = ItemNotice.parse(params);
      return item.type === 'agentMessage' ? { ...thread, lastText: AgentMessage.parse(item).text } : thread;
    }
    case 'error': {
      const { error, willRetry } = ErrorNotice.parse(params);
      emit({ type: 'other', text: `${error.message}${willRetry ? ' (tried again)' : ''}` });
      return willRetry ? { ...thread, trouble: error.codexErrorInfo } : thread;
    }
    case 'thread/tokenUsage/updated': {
      const { turnId, tokenUsage } = TokenUsage.parse(params);
      if (turnId !== thread.turnId) return thread;
      const next = addTokens(thread, tokenUsage.total, tokenUsage.last);
      emit({ type: 'usage', usage: next.usage });
      return next;
    }
    case 'account/rateLimits/updated': {
      const { primary, secondary } = RateLimits.parse(params).rateLimits;
      // Updates without figures say nothing.
      const full = [primary, secondary].find((window) => (window?.usedPercent ?? 0) >= 100);
      return full?.resetsAt ? { ...thread, resetsAt: new Date(full.resetsAt * 1000).toISOString() } : thread;
    }
    default:
      return thread;
  }
}

function applyCompleted(
  thread: CodexThread,
  { turn }: { turn: { id: string; status: string; error?: unknown } },
) {
  if (thread.turnId !== null && turn.id !== thread.turnId) return thread;
  const { error = null } = TurnCompleted.parse({ turn }).turn;
  const end =
    turn.status === 'completed'
      ? ({ kind: 'completed', summary: thread.lastText } as const)
      : endOf(turn.status, error && explained(error, thread.trouble), thread.resetsAt);
  return { ...thread, turnId: null, requests: [], calls: [], end };
}

function explained(error: TurnError, trouble: unknown): TurnError {
  return error.codexErrorInfo === 'other' && trouble !== null ? { ...error, codexErrorInfo: trouble } : error;
}

function applyAnswer(thread: CodexThread, message: Message, emit: Emit, ownMessages: string): CodexThread {
  const key = String(message.id);
  const failure = message.error?.message ?? null;
  if (!thread.written.includes(key)) {
    emit({ type: 'other', text: `answers ${key}, which was not asked` });
    return thread;
  }
  if (key.startsWith('steer:')) {
    return failure === null ? { ...thread, heard: [...thread.heard, key.slice('steer:'.length)] } : thread;
  }
  if (key === 'resume' && failure !== null) {
    emit({ type: 'other', text: `the session ${thread.id ?? ''} cannot be resumed: ${failure}` });
    return { ...thread, isGone: true, knowsTask: false, wasTold: false };
  }
  if (failure !== null) {
    const end = { kind: 'failed', category: 'response_error', message: `${key}: ${failure}` } as const;
    return { ...thread, end };
  }
  switch (key) {
    case 'initialize':
      return { ...thread, isInitialized: true };
    case 'thread':
    case 'resume': {
      const { id } = ThreadAnswer.parse(message.result).thread;
      emit({ type: 'session', id, resumed: key === 'resume' });
      return { ...thread, id, isOpen: true, isGone: false };
    }
    case 'history':
      return applyHistory(thread, Turns.parse(message.result).data, ownMessages);
    case 'turn':
      return { ...thread, turnId: TurnAnswer.parse(message.result).turn.id, isStarting: false };
    default:
      return thread;
  }
}

type PastTurn = ReturnType<typeof Turns.parse>['data'][number];

/** A message that the thread has answered is not said again (a cut in the middle is). */
function applyHistory(thread: CodexThread, turns: PastTurn[], ownMessages: string): CodexThread {
  const own = turns.find(({ items }) => items.some(({ clientId }) => clientId?.startsWith(ownMessages)));
  if (own === undefined) return { ...thread, history: 'absent' };
  if (own.status !== 'completed') return { ...thread, history: 'cut', knowsTask: true };
  const summary = own.items.filter(({ type }) => type === 'agentMessage').at(-1)?.text ?? thread.lastText;
  return { ...thread, end: { kind: 'completed', summary } };
}
