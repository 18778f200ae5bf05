import type { Config } from '../../../config/config.js';
import type { JournalRecord } from '../../keeper/protocol.js';
import type { AgentEvent, Turn } from '../agent.js';
import type { Line, Said, ThreadProtocol } from '../session/backend.js';
import { parseLine } from '../session/json-line.js';
import { firstMessage, nextMessage } from '../session/message.js';
import { applyMessage } from './apply.js';
import { Message } from './messages.js';
import { callResult, resultOf } from './requests.js';
import type { CodexThread } from './state.js';
import { newThread, restarted } from './state.js';
import { dynamicTools, threadSettings, turnSettings } from './settings.js';

/** JSON-RPC 2.0, 5.1. */
const methodNotFound = -32_601;

const clientInfo = { name: 'continuo', title: 'Continuo', version: '1' };

/**
 * One turn of `codex app-server`: initialize, begin or resume the thread, say the message, answer what is asked,
 * until `turn/completed`. Ids of our requests are names, so that a worker that comes later knows what was asked.
 */
export function codexProtocol(config: Config, turn: Turn): ThreadProtocol<CodexThread> {
  return {
    initial: newThread(turn.session),
    apply: (thread, record, emit) => apply(thread, record, emit, messageId(turn, '')),
    restart: restarted,
    next: (thread, said) => [
      ...opening(config, turn, thread),
      ...answers(thread, said),
      ...remarks(thread, said),
    ],
  };
}

/** By which the thread's own history tells whether it has a message: the same for each try of one. */
function messageId({ key }: Turn, rest: string): string {
  return `continuo/${key}/${rest}`;
}

function apply(
  thread: CodexThread,
  record: JournalRecord,
  emit: (event: AgentEvent) => void,
  ownMessages: string,
): CodexThread {
  if (record.d === 'in') return applyWritten(thread, record.key);
  if (record.d !== 'out') return thread;
  const message = readMessage(record.s);
  if (message === null) {
    emit({ type: 'other', text: `no message of the protocol: ${record.s.slice(0, 500)}` });
    return thread;
  }
  return applyMessage(thread, message, emit, ownMessages);
}

function applyWritten(thread: CodexThread, key: string): CodexThread {
  const written = [...thread.written, key];
  const isOpen = ({ id }: { id: string }) => answerKey(id) !== key;
  return {
    ...thread,
    written,
    requests: thread.requests.filter(isOpen),
    calls: thread.calls.filter(isOpen),
    unoffered: thread.unoffered.filter((id) => answerKey(String(id)) !== key),
  };
}

function readMessage(line: string): Message | null {
  return Message.safeParse(parseLine(line)).data ?? null;
}

function opening(config: Config, turn: Turn, thread: CodexThread): Line[] {
  const { isOpen, isGone, id, isStarting, wasTold, history } = thread;
  const request = (key: string, method: string, params: object): Line[] =>
    thread.written.includes(key) ? [] : [{ key, line: JSON.stringify({ id: key, method, params }) }];

  const capabilities = { experimentalApi: true, requestAttestation: false };
  const initialize = request('initialize', 'initialize', { clientInfo, capabilities });
  if (initialize.length > 0) return initialize;
  if (!thread.isInitialized) return [];
  const initialized: Line[] = thread.written.includes('initialized')
    ? []
    : [{ key: 'initialized', line: JSON.stringify({ method: 'initialized' }) }];
  if (!isOpen) {
    const settings = threadSettings(config, turn);
    const open =
      id === null || isGone
        ? request('thread', 'thread/start', { ...settings, dynamicTools: dynamicTools(turn) })
        : request('resume', 'thread/resume', { ...settings, threadId: id, excludeTurns: true });
    return [...initialized, ...open];
  }
  // An earlier program may have said it: the thread itself knows best.
  if (wasTold && history === null) {
    const page = { threadId: id, limit: 3, sortDirection: 'desc', itemsView: 'full' };
    return request('history', 'thread/turns/list', page);
  }
  if (!isStarting) return [];
  return request('turn', 'turn/start', {
    ...turnSettings(config, turn),
    threadId: id,
    clientUserMessageId: messageId(turn, String(thread.program)),
    input: textInput(thread.knowsTask ? nextMessage(turn) : firstMessage(turn)),
  });
}

function answers({ requests, calls, unoffered }: CodexThread, { replies, results }: Said): Line[] {
  const answer = (id: string | number, content: object): Line => ({
    key: answerKey(String(id)),
    line: JSON.stringify({ id, ...content }),
  });
  const error = { code: methodNotFound, message: 'not offered by this client' };
  return [
    ...requests.flatMap((request) => {
      const reply = replies.get(request.id);
      return reply === undefined ? [] : [answer(request.rpcId, { result: resultOf(request, reply) })];
    }),
    ...calls.flatMap(({ id, rpcId }) => {
      const result = results.get(id);
      return result === undefined ? [] : [answer(rpcId, { result: callResult(result) })];
    }),
    ...unoffered.map((id) => answer(id, { error })),
  ];
}

/** What a person says to the turn that runs. */
function remarks({ id, turnId, written }: CodexThread, said: Said): Line[] {
  if (turnId === null) return [];
  return said.remarks.flatMap((remark) => {
    const key = `steer:${remark.id}`;
    if (written.includes(key)) return [];
    const params = {
      threadId: id,
      expectedTurnId: turnId,
      clientUserMessageId: remark.id,
      input: textInput(remark.text),
    };
    return [{ key, line: JSON.stringify({ id: key, method: 'turn/steer', params }) }];
  });
}

function textInput(text: string): object[] {
  return [{ type: 'text', text, text_elements: [] }];
}

function answerKey(id: string): string {
  return `ans:${id}`;
}
