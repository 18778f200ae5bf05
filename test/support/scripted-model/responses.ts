import type { Dialect, ServerSentEvent } from './dialect.js';
import { listIn, newId, pieces } from './dialect.js';
import type { Answer, ToolCall, Usage } from './script.js';

/** An item of the output, and the events between its beginning and its end. */
interface Item {
  begun: object;
  done: object;
  deltas: { type: string; [field: string]: unknown }[];
}

/** OpenAI's Responses, which Codex speaks. */
export const responses: Dialect = {
  name: 'responses',
  path: /\/responses$/,
  conversation: (body) => listIn(body, 'input'),
  sideAnswer: () => null,

  stream(answer) {
    const response = { id: newId('resp'), object: 'response' };
    const items = itemsOf(answer);
    const output = items.map(({ done }) => done);
    return {
      content: [
        event('response.created', { response: { ...response, status: 'in_progress', output: [] } }),
        ...items.flatMap(eventsOf),
      ],
      closing: [
        event('response.completed', {
          response: { ...response, status: 'completed', output, usage: usageOf(answer.usage) },
        }),
      ],
    };
  },

  error(status, { type, message }, details) {
    const code = type ?? (status === 429 ? 'rate_limit_exceeded' : 'server_error');
    return { error: { type: code, code, message, ...details } };
  },

  lateError({ type, message }) {
    const error = { code: type, message };
    return event('response.failed', { response: { id: newId('resp'), status: 'failed', error } });
  },
};

function itemsOf({ thinking, text, tools }: Answer): Item[] {
  return [
    ...(thinking === '' ? [] : [reasoning(thinking)]),
    ...(text === '' ? [] : [message(text)]),
    ...tools.map(toolCall),
  ];
}

function reasoning(text: string): Item {
  const item = { type: 'reasoning', id: newId('rs'), encrypted_content: null };
  const place = { item_id: item.id, summary_index: 0 };
  const part = { type: 'summary_text', text: '' };
  return {
    begun: { ...item, summary: [] },
    done: { ...item, summary: [{ ...part, text }] },
    deltas: [
      { type: 'response.reasoning_summary_part.added', ...place, part },
      ...pieces(text).map((delta) => ({ type: 'response.reasoning_summary_text.delta', ...place, delta })),
    ],
  };
}

function message(text: string): Item {
  const item = { type: 'message', role: 'assistant', id: newId('msg') };
  const place = { item_id: item.id, content_index: 0 };
  return {
    begun: { ...item, content: [] },
    done: { ...item, content: [{ type: 'output_text', text, annotations: [] }] },
    deltas: pieces(text).map((delta) => ({ type: 'response.output_text.delta', ...place, delta })),
  };
}

function toolCall({ name, input }: ToolCall): Item {
  const call = { call_id: newId('call'), name };
  const item =
    typeof input === 'string'
      ? { type: 'custom_tool_call', id: newId('ctc'), ...call, input }
      : { type: 'function_call', id: newId('fc'), ...call, arguments: JSON.stringify(input) };
  return { begun: item, done: item, deltas: [] };
}

function eventsOf({ begun, done, deltas }: Item, index: number): ServerSentEvent[] {
  const place = { output_index: index };
  return [
    event('response.output_item.added', { ...place, item: { ...begun, status: 'in_progress' } }),
    ...deltas.map(({ type, ...fields }) => event(type, { ...place, ...fields })),
    event('response.output_item.done', { ...place, item: { ...done, status: 'completed' } }),
  ];
}

function usageOf({ input, cached, cacheWrite, output, reasoning }: Usage): object {
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cached, cache_write_tokens: cacheWrite },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: input + output,
  };
}

function event(type: string, fields: object): ServerSentEvent {
  return { event: type, data: { type, ...fields } };
}
