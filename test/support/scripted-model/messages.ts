import type { Body, Dialect, ServerSentEvent } from './dialect.js';
import { listIn, newId, pieces } from './dialect.js';
import type { Answer, Usage } from './script.js';

/** A block of the content: as it begins, as it is in the end, and what is added meanwhile. */
interface Block {
  begun: object;
  done: object;
  deltas: object[];
}

/** Anthropic's Messages, which Claude Code speaks. After a broken stream it asks once more, for one piece. */
export const messages: Dialect = {
  name: 'messages',
  path: /\/messages$/,
  conversation: (body) => listIn(body, 'messages'),
  // Without tools it is not the agent at work.
  sideAnswer: (body) => (listIn(body, 'tools').length === 0 ? 'A scripted title' : null),

  stream(answer, body) {
    const usage = { ...inputOf(answer.usage), output_tokens: 1 };
    const message = { ...messageOf(body), content: [], stop_reason: null, usage };
    return {
      content: [event('message_start', { message }), ...blocksOf(answer).flatMap(eventsOf)],
      closing: [
        event('message_delta', {
          delta: { stop_reason: stopReasonOf(answer), stop_sequence: null },
          usage: { output_tokens: answer.usage.output },
        }),
        event('message_stop', {}),
      ],
    };
  },

  whole: (answer, body) => ({
    ...messageOf(body),
    content: blocksOf(answer).map(({ done }) => done),
    stop_reason: stopReasonOf(answer),
    usage: { ...inputOf(answer.usage), output_tokens: answer.usage.output },
  }),

  error(status, { type, message }, details) {
    const error = { type: type ?? errorTypes[status] ?? 'api_error', message, ...details };
    return { type: 'error', error, request_id: newId('req') };
  },

  lateError: (fault) => event('error', { error: fault }),
};

const errorTypes: Record<number, string> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

function messageOf({ model }: Body) {
  return { id: newId('msg'), type: 'message', role: 'assistant', model, stop_sequence: null };
}

function stopReasonOf({ tools }: Answer): string {
  return tools.length > 0 ? 'tool_use' : 'end_turn';
}

function blocksOf({ thinking, text, tools }: Answer): Block[] {
  return [
    ...(thinking === '' ? [] : [thinkingBlock(thinking)]),
    ...(text === '' ? [] : [textBlock(text)]),
    ...tools.map(({ name, input }) => toolBlock(name, input)),
  ];
}

function thinkingBlock(thinking: string): Block {
  const block = { type: 'thinking' };
  // It is base64, and nobody but the provider could check it.
  const signature = 'c2NyaXB0ZWQ=';
  return {
    begun: { ...block, thinking: '', signature: '' },
    done: { ...block, thinking, signature },
    deltas: [
      ...pieces(thinking).map((piece) => ({ type: 'thinking_delta', thinking: piece })),
      { type: 'signature_delta', signature },
    ],
  };
}

function textBlock(text: string): Block {
  const block = { type: 'text' };
  return {
    begun: { ...block, text: '' },
    done: { ...block, text },
    deltas: pieces(text).map((piece) => ({ type: 'text_delta', text: piece })),
  };
}

function toolBlock(name: string, input: object | string): Block {
  const block = { type: 'tool_use', id: newId('toolu'), name };
  return {
    begun: { ...block, input: {} },
    done: { ...block, input },
    deltas: pieces(JSON.stringify(input)).map((piece) => ({ type: 'input_json_delta', partial_json: piece })),
  };
}

function eventsOf({ begun, deltas }: Block, index: number): ServerSentEvent[] {
  return [
    event('content_block_start', { index, content_block: begun }),
    ...deltas.map((delta) => event('content_block_delta', { index, delta })),
    event('content_block_stop', { index }),
  ];
}

/** Here the tokens of the cache are beside the others. */
function inputOf({ input, cached, cacheWrite }: Usage) {
  return {
    input_tokens: input - cached - cacheWrite,
    cache_creation_input_tokens: cacheWrite,
    cache_read_input_tokens: cached,
  };
}

function event(type: string, fields: object): ServerSentEvent {
  return { event: type, data: { type, ...fields } };
}
