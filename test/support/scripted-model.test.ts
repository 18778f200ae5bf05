import { afterEach, describe, expect, it } from '@jest/globals';
import type { Script } from './scripted-model/index.js';
import {
  callTool,
  callTools,
  disconnect,
  fail,
  failLate,
  hang,
  say,
  ScriptedModel,
  tools,
} from './scripted-model/index.js';

let model: ScriptedModel;

afterEach(() => model.close());

const paths = { responses: '/v1/responses', messages: '/v1/messages', chat: '/v1/chat/completions' };
const someTools = [{ name: 'any' }];

async function start(script: Script): Promise<void> {
  model = await ScriptedModel.start(script);
}

function ask(path: string, body: object): Promise<Response> {
  return fetch(`http://127.0.0.1:${model.port}${path}`, { method: 'POST', body: JSON.stringify(body) });
}

function streamed(path: string, said: string): Promise<Response> {
  const messages = [{ role: 'user', content: said }];
  return ask(path, { model: 'm', stream: true, tools: someTools, messages, input: messages });
}

/** The data of a stream, in order. */
async function eventsOf(response: Response): Promise<Record<string, unknown>[]> {
  const lines = (await response.text()).split('\n').filter((line) => line.startsWith('data: {'));
  return lines.map((line) => JSON.parse(line.slice('data: '.length)) as Record<string, unknown>);
}

describe.each(Object.entries(paths))('in the dialect %s', (name, path) => {
  it('gives the replies in their order, and keeps what was asked', async () => {
    await start([say('one'), (request) => say(`two, after ${JSON.stringify(request.conversation)}`)]);
    expect(await (await streamed(path, 'first')).text()).toContain('one');
    expect(await (await streamed(path, 'second')).text()).toContain('second');
    expect(model.requests).toMatchObject([
      { dialect: name, path, conversation: [{ content: 'first' }], isScripted: true },
      { dialect: name, path, conversation: [{ content: 'second' }], isScripted: true },
    ]);
    expect(model.repeated).toEqual([]);
  });

  it('finds a conversation that comes again', async () => {
    await start(() => say('yes'));
    for (const said of ['a', 'b', 'a']) await streamed(path, said);
    expect(model.repeated).toEqual([model.requests[2]]);
  });

  it('refuses with status, reason and the time to wait', async () => {
    await start([
      fail(429, {
        retryAfter: 7,
        type: 'usage_limit_reached',
        message: 'no more',
        details: { resets_at: 1 },
      }),
    ]);
    const response = await streamed(path, 'x');
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7']);
    expect(await response.json()).toMatchObject({
      error: { type: 'usage_limit_reached', message: 'no more', resets_at: 1 },
    });
  });

  it('refuses a request after the end of the script, and one for which the script fails', async () => {
    await start([
      () => {
        throw new Error('a mistake');
      },
    ]);
    const mistake = await streamed(path, 'x');
    expect([mistake.status, await mistake.text()]).toEqual([400, expect.stringContaining('a mistake')]);
    const end = await streamed(path, 'y');
    expect([end.status, await end.text()]).toEqual([400, expect.stringContaining('ends before request 2')]);
  });

  it('breaks off where the script says', async () => {
    const long = say('a text of several pieces, of which the last ones do not come');
    await start([disconnect('before'), disconnect('middle', long), disconnect('end', long)]);
    await expect(streamed(path, 'x')).rejects.toThrow('fetch failed');
    for (const [said, arrives] of [
      ['y', false],
      ['z', true],
    ] as const) {
      const { text, isCut } = await readUntilCut(await streamed(path, said));
      expect(isCut).toBe(true);
      expect(text).toContain('a text of several');
      expect(text.includes('come')).toBe(arrives);
      expect(text).not.toMatch(/response\.completed|message_stop|DONE/);
    }
  });

  it('reports an error in the middle of a stream', async () => {
    await start([failLate('context_length_exceeded', 'too long')]);
    expect(await (await streamed(path, 'x')).text()).toContain('context_length_exceeded');
  });

  it('hangs until it is closed', async () => {
    await start([hang()]);
    const hanging = await streamed(path, 'x');
    await model.close();
    expect(await readUntilCut(hanging)).toEqual({ text: '', isCut: true });
  });

  it('sends nothing before the test lets it', async () => {
    let go: () => void = () => undefined;
    await start([say('now', { after: new Promise<void>((resolve) => (go = resolve)) }), say('meanwhile')]);
    const order: string[] = [];
    const first = streamed(path, 'x').then(async (response) => order.push(await response.text()));
    expect(await model.request(1)).toBe(model.requests[0]);
    order.push(await (await streamed(path, 'y')).text());
    go();
    await first;
    expect(order).toEqual([expect.stringContaining('meanwhile'), expect.stringContaining('now')]);
  });
});

const usage = { input: 1000, cached: 600, cacheWrite: 100, output: 50, reasoning: 20 };

it('calls several tools, thinks and counts in the words of Responses', async () => {
  await start([
    callTools([tools.codex.shell('ls'), tools.codex.write('a.txt', 'x\n')], {
      text: 'So.',
      thinking: 'Hm.',
      usage,
    }),
  ]);
  const { response } = (await eventsOf(await streamed(paths.responses, 'x'))).at(-1) as {
    response: { output: unknown[]; usage: unknown };
  };
  expect(response.output).toMatchObject([
    { type: 'reasoning', summary: [{ text: 'Hm.' }] },
    { type: 'message', content: [{ text: 'So.' }] },
    { type: 'function_call', name: 'exec_command', arguments: expect.stringContaining('"cmd":"ls"') },
    {
      type: 'custom_tool_call',
      name: 'apply_patch',
      input: expect.stringContaining('*** Add File: a.txt\n+x\n'),
    },
  ]);
  expect(response.usage).toMatchObject({
    input_tokens: 1000,
    input_tokens_details: { cached_tokens: 600, cache_write_tokens: 100 },
    output_tokens: 50,
    output_tokens_details: { reasoning_tokens: 20 },
  });
});

it('calls several tools, thinks and counts in the words of Messages, also without a stream', async () => {
  const reply = callTools([tools.claude.shell('ls'), tools.claude.write('a.txt', 'x\n')], {
    thinking: 'Hm.',
    usage,
  });
  await start([reply, reply]);
  const events = await eventsOf(await streamed(paths.messages, 'x'));
  expect(events.flatMap(({ content_block }) => content_block ?? [])).toMatchObject([
    { type: 'thinking' },
    { type: 'tool_use', name: 'Bash' },
    { type: 'tool_use', name: 'Write' },
  ]);
  const counted = { input_tokens: 300, cache_read_input_tokens: 600, cache_creation_input_tokens: 100 };
  expect(events[0]).toMatchObject({ message: { usage: counted } });
  expect(await (await ask(paths.messages, { tools: someTools, messages: ['y'] })).json()).toMatchObject({
    content: [
      { type: 'thinking', thinking: 'Hm.' },
      { type: 'tool_use', input: { command: 'ls' } },
      { type: 'tool_use', input: { file_path: 'a.txt', content: 'x\n' } },
    ],
    stop_reason: 'tool_use',
    usage: { ...counted, output_tokens: 50 },
  });
});

it('calls several tools, thinks and counts in the words of Chat Completions', async () => {
  await start([
    callTools([tools.opencode.shell('ls'), tools.opencode.write('a.txt', 'x\n')], { thinking: 'Hm.', usage }),
  ]);
  const events = await eventsOf(await streamed(paths.chat, 'x'));
  const choices = events.flatMap(
    (event) => event.choices as { delta: object; finish_reason: string | null }[],
  );
  expect(choices.map(({ delta }) => delta)).toMatchObject([
    { role: 'assistant' },
    { reasoning_content: 'Hm.' },
    { tool_calls: [{ index: 0, function: { name: 'bash' } }] },
    { tool_calls: [{ index: 1, function: { name: 'write' } }] },
    {},
  ]);
  expect(choices.at(-1)?.finish_reason).toBe('tool_calls');
  expect(events.at(-1)).toMatchObject({
    usage: { prompt_tokens: 1000, completion_tokens: 50, prompt_tokens_details: { cached_tokens: 600 } },
  });
});

it('answers what agents ask beside their work without taking from the script', async () => {
  await start([callTool('any', {})]);
  const title = { stream: true, messages: [{ role: 'system', content: 'You are a title generator.' }] };
  expect(await (await ask(paths.chat, title)).text()).toContain('title');
  expect(await (await ask(paths.messages, { messages: ['a title?'] })).text()).toContain('title');
  const counted = await ask('/v1/messages/count_tokens', { messages: ['x'] });
  expect(await counted.json()).toEqual({ input_tokens: expect.any(Number) });
  expect((await fetch(`http://127.0.0.1:${model.port}/v1/models`)).status).toBe(200);
  expect((await ask('/v1/unknown', {})).status).toBe(404);
  expect(model.requests).toHaveLength(5);
  expect(model.scripted).toEqual([]);
  expect(await (await streamed(paths.chat, 'x')).text()).toContain('"any"');
});

/** What has arrived before the connection broke. */
async function readUntilCut({ body }: Response): Promise<{ text: string; isCut: boolean }> {
  let text = '';
  const decoder = new TextDecoder();
  try {
    for await (const chunk of body ?? []) text += decoder.decode(chunk as Uint8Array, { stream: true });
    return { text, isCut: false };
  } catch {
    return { text, isCut: true };
  }
}
