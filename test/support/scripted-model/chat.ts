import type { Body, Dialect, ServerSentEvent } from './dialect.js';
import { listIn, newId, pieces } from './dialect.js';
import type { Answer, Usage } from './script.js';

/** OpenAI's Chat Completions, which opencode and many others speak. */
export const chat: Dialect = {
  name: 'chat',
  path: /\/chat\/completions$/,
  conversation: (body) => listIn(body, 'messages'),
  // Not all that is asked without tools: a summary is, so that the agent can go on when its context is full.
  sideAnswer: (body) => (isTitleWanted(body) ? 'A scripted title' : null),

  stream(answer, body) {
    const chunk = chunksFor(body);
    const choice = (delta: object, finish_reason: string | null = null) =>
      chunk({ choices: [{ index: 0, delta, finish_reason }] });
    return {
      content: [
        choice({ role: 'assistant', content: '' }),
        ...deltasOf(answer).map((delta) => choice(delta)),
      ],
      closing: [
        choice({}, answer.tools.length > 0 ? 'tool_calls' : 'stop'),
        chunk({ choices: [], usage: usageOf(answer.usage) }),
        { data: '[DONE]' },
      ],
    };
  },

  error(status, { type, message }, details) {
    const code = type ?? (status === 429 ? 'rate_limit_exceeded' : 'server_error');
    return { error: { type: code, code, message, ...details } };
  },

  lateError: ({ type, message }) => ({ data: { error: { type, code: type, message } } }),
};

function isTitleWanted(body: Body): boolean {
  const system = JSON.stringify(listIn(body, 'messages').slice(0, 1));
  return listIn(body, 'tools').length === 0 && system.includes('title generator');
}

function chunksFor({ model }: Body): (fields: object) => ServerSentEvent {
  const base = { id: newId('chatcmpl'), object: 'chat.completion.chunk', created: 1, model };
  return (fields) => ({ data: { ...base, ...fields } });
}

function deltasOf({ thinking, text, tools }: Answer): object[] {
  return [
    ...pieces(thinking).map((reasoning_content) => ({ reasoning_content })),
    ...pieces(text).map((content) => ({ content })),
    ...tools.map(({ name, input }, index) => {
      const call = { name, arguments: JSON.stringify(input) };
      return { tool_calls: [{ index, id: newId('call'), type: 'function', function: call }] };
    }),
  ];
}

function usageOf({ input, cached, output, reasoning }: Usage): object {
  return {
    prompt_tokens: input,
    prompt_tokens_details: { cached_tokens: cached },
    completion_tokens: output,
    completion_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: input + output,
  };
}
