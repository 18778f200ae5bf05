import type { Turn } from '../agent.js';
import type { Line, Said } from '../session/backend.js';
import { firstMessage, goOnMessage, nextMessage, renewedMessage, withAnswers } from '../session/message.js';
import { uuidOf } from './ids.js';
import { responseTo } from './requests.js';
import type { ClaudeThread, Conversation } from './thread.js';

const remarkPrefix = 'remark/';

/** Names of the lines that are written to one program. */
export const keys = {
  initialize: 'initialize',
  message: 'message',
  goOn: 'go-on',
  response: (request: string) => `response/${request}`,
  remark: (id: string) => `${remarkPrefix}${id}`,
  remarkOf: (key: string) => (key.startsWith(remarkPrefix) ? key.slice(remarkPrefix.length) : null),
} as const;

/**
 * The id of the message that says what the turn is about: the same for each program of one conversation, so that
 * Claude Code takes it once.
 */
export function messageId({ key }: Turn, { id }: Conversation): string {
  return uuidOf(key, id, keys.message);
}

export function remarkId({ key }: Turn, remark: string): string {
  return uuidOf(key, keys.remark(remark));
}

/** What there is to say to the program now; what was said already is told again, under the same keys. */
export function linesFor(turn: Turn, state: ClaudeThread, said: Said): Line[] {
  const greeting = line(keys.initialize, {
    type: 'control_request',
    request_id: keys.initialize,
    request: { subtype: 'initialize' },
  });
  if (state.isStarting) return [greeting];
  return [
    greeting,
    userMessage(keys.message, messageId(turn, state.conversation), textOf(turn, state)),
    ...goOn(turn, state, said),
    ...responses(state, said),
    ...said.remarks.map(({ id, text }) => userMessage(keys.remark(id), remarkId(turn, id), text)),
  ];
}

function textOf(turn: Turn, { conversation, programs }: ClaudeThread): string {
  const { isResumed, knowsTask } = conversation;
  if (knowsTask) return nextMessage(turn);
  return isResumed || programs === 0 ? firstMessage(turn) : renewedMessage(turn);
}

/** Where the message was taken before the cut, each program is told to go on by a message of its own. */
function goOn({ key }: Turn, { conversation, programs, isRepeated }: ClaudeThread, said: Said): Line[] {
  if (!isRepeated) return [];
  const id = uuidOf(key, conversation.id, keys.goOn, programs);
  return [userMessage(keys.goOn, id, withAnswers(goOnMessage, said.late))];
}

function responses({ permissions, unoffered }: ClaudeThread, { replies }: Said): Line[] {
  const answered = permissions.flatMap((permission) => {
    const response = responseTo(permission, replies);
    return response === null ? [] : [line(keys.response(permission.id), response)];
  });
  const refused = unoffered.map((id) =>
    line(keys.response(id), {
      type: 'control_response',
      response: { subtype: 'error', request_id: id, error: 'this is not supported' },
    }),
  );
  return [...answered, ...refused];
}

function userMessage(key: string, uuid: string, text: string): Line {
  return line(key, { type: 'user', uuid, message: { role: 'user', content: [{ type: 'text', text }] } });
}

function line(key: string, message: object): Line {
  return { key, line: JSON.stringify(message) };
}
