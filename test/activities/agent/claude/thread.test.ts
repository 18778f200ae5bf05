import { describe, expect, it } from '@jest/globals';
import type { AgentEvent, Turn } from '../../../../src/activities/agent/agent.js';
import { messageId } from '../../../../src/activities/agent/claude/lines.js';
import type { ClaudeThread } from '../../../../src/activities/agent/claude/thread.js';
import { claudeProtocol } from '../../../../src/activities/agent/claude/thread.js';
import type { Said } from '../../../../src/activities/agent/session/backend.js';
import { testTurn as turn } from '../../../support/turn.js';

const nothing: Said = { replies: new Map(), remarks: [], results: new Map(), late: [] };

/** What a thread is after these lines of the agent's, and what it told. */
class Play {
  readonly events: AgentEvent[] = [];
  readonly protocol;
  state: ClaudeThread;
  private n = 0;

  constructor(of: Turn = turn) {
    this.protocol = claudeProtocol(of);
    this.state = this.protocol.initial;
  }

  hear(...messages: (object | string)[]): this {
    for (const message of messages) {
      const s = typeof message === 'string' ? message : JSON.stringify(message);
      this.take({ d: 'out', s });
    }
    return this;
  }

  /** Everything that is to be said is written, as a keeper does it. */
  write(said: Said = nothing): string[] {
    const lines = this.protocol.next(this.state, said);
    for (const { key, line } of lines) this.take({ d: 'in', key, s: line });
    return lines.map(({ line }) => line);
  }

  cut(): this {
    this.state = this.protocol.restart(this.state);
    return this;
  }

  private take(record: { d: 'out'; s: string } | { d: 'in'; key: string; s: string }): void {
    this.n += 1;
    const at = { n: this.n, t: this.n * 10 };
    this.state = this.protocol.apply(this.state, { ...at, ...record }, (event) => this.events.push(event));
  }
}

const ready = {
  type: 'control_response',
  response: { subtype: 'success', request_id: 'initialize', response: {} },
};
const init = (id: string) => ({ type: 'system', subtype: 'init', session_id: id });
const tokens = (input: number, output: number) => ({
  input_tokens: input,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 5,
  output_tokens: output,
});
const assistant = (id: string, block: object, more: object = {}) => ({
  type: 'assistant',
  message: { id, content: [block], usage: tokens(100, 1) },
  ...more,
});
const text = (words: string) => ({ type: 'text', text: words });
const result = (more: object = {}) => ({
  type: 'result',
  subtype: 'success',
  is_error: false,
  terminal_reason: 'completed',
  result: 'Done.',
  total_cost_usd: 0.75,
  usage: tokens(100, 10),
  model_usage_since_last_result: {
    main: {
      inputTokens: 100,
      outputTokens: 10,
      cacheReadInputTokens: 5,
      cacheCreationInputTokens: 0,
      costUSD: 0.25,
    },
    small: {
      inputTokens: 20,
      outputTokens: 2,
      cacheReadInputTokens: 0,
      cacheCreationInputTokens: 0,
      costUSD: 0.25,
    },
  },
  ...more,
});
const asks = (tool: string, input: object, id = 'r1') => ({
  type: 'control_request',
  request_id: id,
  request: { subtype: 'can_use_tool', tool_name: tool, input },
});
const mine = (play: Play) => messageId(turn, play.state.conversation);
const lifecycle = (uuid: string, state: string) => ({ type: 'command_lifecycle', command_uuid: uuid, state });

describe('a conversation', () => {
  it('is greeted, told the task once it listens, and is resumed by the id that was given to it', () => {
    const play = new Play();
    const { id } = play.state.conversation;
    expect(play.write()).toHaveLength(1);
    expect(play.state.isStarting).toBe(true);
    play.hear(ready);
    expect(play.write()[1]).toContain('Add the sum.');
    play.hear(init(id), init(id));
    expect(play.events).toEqual([{ type: 'session', id, resumed: false }]);
    expect(play.state.id).toBe(id);
    expect(play.cut().state.conversation).toEqual({ id, isResumed: true, knowsTask: false });
  });

  it('gets another id when its program was cut off before it said anything', () => {
    const play = new Play();
    const { id } = play.state.conversation;
    play.write();
    play.hear(ready).cut();
    expect(play.state.conversation).toMatchObject({ isResumed: false });
    expect(play.state.conversation.id).not.toBe(id);
  });

  it('gets the same message again after a cut, and is told to go on when it has it already', () => {
    const play = new Play();
    play.write();
    play.hear(ready, init(play.state.conversation.id));
    const [, first = ''] = play.write();
    play.cut().hear(ready);
    expect(play.write()[1]).toBe(first);
    play.hear(lifecycle(mine(play), 'completed'));
    expect(play.write()[2]).toContain('was cut off');
    expect(play.hear(result()).state.end).toEqual({ kind: 'completed', summary: 'Done.' });
  });

  it('is followed by a new one, with the whole prompt, when it is gone', () => {
    const play = new Play({ ...turn, session: 'old', guidance: 'Checks failed.' });
    play.write();
    play.hear({ type: 'result', is_error: true, num_turns: 0, errors: ['No conversation found'] });
    expect(play.state.end).toEqual({ kind: 'again' });
    play.cut().hear(ready);
    expect(play.state.conversation.isResumed).toBe(false);
    expect(play.write()[1]).toMatch(/Add the sum\..*Checks failed\..*is lost/);
  });

  it('that goes on is told what is new only', () => {
    const play = new Play({ ...turn, session: 'old', guidance: 'Checks failed.' });
    play.hear(ready);
    expect(play.write()[1]).toContain('Checks failed.');
    expect(play.write()[1]).not.toContain('Add the sum.');
  });

  it('hears remarks, and says so', () => {
    const play = new Play();
    play.hear(ready);
    const lines = play.write({ ...nothing, remarks: [{ id: 'm1', text: 'Use tabs.' }] });
    const { uuid } = JSON.parse(lines.at(-1) ?? '') as { uuid: string };
    expect(play.hear(lifecycle(uuid, 'queued')).state.heard).toEqual([]);
    expect(play.hear(lifecycle(uuid, 'started')).state.heard).toEqual(['m1']);
  });

  it('goes on with a remark that it takes up only when it has answered, and does not take its message for repeated', () => {
    const play = new Play();
    play.hear(ready);
    const lines = play.write({ ...nothing, remarks: [{ id: 'm1', text: 'Use tabs.' }] });
    const { uuid } = JSON.parse(lines.at(-1) ?? '') as { uuid: string };
    play.hear(lifecycle(uuid, 'queued'), result({ result: 'Half of it.' }));
    expect(play.state.end).toBeNull();
    play.hear(lifecycle(mine(play), 'completed'), lifecycle(uuid, 'started'));
    expect(play.state).toMatchObject({ heard: ['m1'], isRepeated: false, end: null });
    expect(play.hear(result()).state.end).toEqual({ kind: 'completed', summary: 'Done.' });
  });

  it('is over with a result that is a failure, although a remark waits', () => {
    const play = new Play();
    play.hear(ready);
    play.write({ ...nothing, remarks: [{ id: 'm1', text: 'Use tabs.' }] });
    expect(play.hear(result({ is_error: true })).state.end).toMatchObject({ kind: 'failed' });
  });
});

describe('requests', () => {
  it.each([
    ['Bash', { command: 'ls' }, { kind: 'command', subject: 'ls' }],
    ['Write', { file_path: '/w/a', content: 'x' }, { kind: 'edit', subject: '/w/a' }],
    ['WebFetch', { url: 'https://x' }, { kind: 'tool', subject: 'WebFetch' }],
    ['Read', { file_path: '/etc/passwd' }, { kind: 'tool', subject: 'Read' }],
  ])('are of the kind of the tool: %s', (tool, input, expected) => {
    expect(new Play().hear(asks(tool, input)).state.requests).toMatchObject([{ id: 'r1', ...expected }]);
  });

  it('are answered once, and told', () => {
    const play = new Play().hear(ready, asks('Bash', { command: 'ls' }));
    const replies = new Map([['r1', { verdict: 'allow', text: 'yes' } as const]]);
    const [, , response = ''] = play.write({ ...nothing, replies });
    expect(JSON.parse(response)).toMatchObject({
      response: { request_id: 'r1', response: { behavior: 'allow', updatedInput: { command: 'ls' } } },
    });
    expect(play.state.requests).toEqual([]);
    expect(play.events).toEqual([{ type: 'approval', action: 'Run `ls`?', granted: true }]);
    expect(play.write({ ...nothing, replies })).toHaveLength(2);
  });

  it('with several questions are answered when all of them are', () => {
    const questions = ['One?', 'Two?'].map((question) => ({ question, options: [{ label: 'Yes' }] }));
    const play = new Play().hear(ready, asks('AskUserQuestion', { questions }));
    expect(play.state.requests.map(({ id, options }) => [id, options])).toEqual([
      ['r1/0', ['Yes']],
      ['r1/1', ['Yes']],
    ]);
    const words = (said: string) => ({ verdict: 'words', text: said }) as const;
    expect(play.write({ ...nothing, replies: new Map([['r1/0', words('a')]]) })).toHaveLength(2);
    const both = new Map([
      ['r1/0', words('a')],
      ['r1/1', words('b')],
    ]);
    expect(play.write({ ...nothing, replies: both })[2]).toContain('"answers":{"One?":"a","Two?":"b"}');
  });

  it('are open no longer when they are taken back, and refused when they are strange', () => {
    const play = new Play().hear(ready, asks('Bash', { command: 'ls' }));
    play.hear({ type: 'control_cancel_request', request_id: 'r1' });
    expect(play.state.requests).toEqual([]);
    play.hear({ type: 'control_request', request_id: 'r2', request: { subtype: 'hook_callback' } });
    expect(play.write()[2]).toContain('"subtype":"error"');
    expect(play.write()).toHaveLength(2);
  });
});

describe('what is spent', () => {
  it('is known roughly while the turn runs, and exactly with the result', () => {
    const play = new Play().hear(ready, assistant('m1', text('a')), assistant('m1', text('b')));
    expect(play.state.usage).toMatchObject({ inputTokens: 105, outputTokens: 1, costUsd: null });
    play.hear(result());
    expect(play.state.usage).toMatchObject({ inputTokens: 125, outputTokens: 12, costUsd: 0.5 });
  });

  it('is not lost with its program, and the total of the session is not added', () => {
    const play = new Play().hear(ready, init('s'), assistant('m1', text('a'))).cut();
    expect(play.state.usage.totalTokens).toBe(106);
    play.hear(ready, init('s'), result());
    expect(play.state.usage).toMatchObject({ totalTokens: 106 + 137, costUsd: 0.5 });
  });
});

describe('the end', () => {
  const failing = (more: object) => result({ is_error: true, terminal_reason: 'api_error', ...more });
  it.each([
    ['authentication_failed', 401, 'not_logged_in'],
    ['rate_limit', 429, 'rate_limited'],
    ['server_error', 529, 'model_unavailable'],
    ['server_error', null, 'model_unavailable'],
    ['unknown', 400, 'model_error'],
    ['something_new', 503, 'model_unavailable'],
  ])('is a failure by its cause, whatever the subtype: %s, %s', (error, status, category) => {
    const play = new Play().hear(ready, assistant('m1', text('no'), { error }));
    expect(play.hear(failing({ api_error_status: status })).state.end).toMatchObject({
      kind: 'failed',
      category,
    });
  });

  it.each([
    [{ is_error: true, terminal_reason: 'prompt_too_long' }, 'context_overflow'],
    [{ is_error: true, terminal_reason: 'max_turns' }, 'turn_failed'],
    [{ is_error: false, terminal_reason: 'aborted_tools' }, 'turn_failed'],
    [{ is_error: 'what?' }, 'turn_failed'],
  ])('is a failure by its reason: %j', (more, category) => {
    expect(new Play().hear(ready, result(more)).state.end).toMatchObject({ kind: 'failed', category });
  });

  it('is the quota when a limit was hit, and no other', () => {
    const limit = (status: string) => ({
      type: 'rate_limit_event',
      rate_limit_info: { status, resetsAt: 1_893_456_000, rateLimitType: 'five_hour' },
    });
    const refused = [
      assistant('m1', text('no'), { error: 'rate_limit' }),
      failing({ api_error_status: 429 }),
    ];
    const play = new Play().hear(ready, limit('rejected'), ...refused);
    expect(play.state.end).toMatchObject({ kind: 'quota', until: '2030-01-01T00:00:00.000Z' });
    expect(play.events[0]).toMatchObject({ type: 'rate_limit', until: '2030-01-01T00:00:00.000Z' });
    expect(new Play().hear(ready, limit('allowed_warning'), ...refused).state.end).toMatchObject({
      kind: 'failed',
      category: 'rate_limited',
    });
  });
});

describe('the story', () => {
  it('tells plans, tools with their results, and what is not known', () => {
    const use = (name: string, input: object) => ({ type: 'tool_use', id: 't1', name, input });
    const given = (more: object) => ({
      type: 'user',
      message: { content: [{ type: 'tool_result', tool_use_id: 't1', content: 'ok', ...more }] },
    });
    const play = new Play().hear(
      assistant('m1', use('TodoWrite', { todos: [{ content: 'Think', status: 'completed' }] })),
      assistant('m2', use('Write', { file_path: '/w/a', content: 'x' })),
      given({ content: [{ type: 'text', text: 'written' }] }),
      assistant('m3', use('Edit', { file_path: '/w/b' })),
      given({ is_error: true }),
      assistant('m4', { type: 'hologram' }),
      { type: 'weather' },
      '{"type":"resul',
    );
    expect(play.events).toEqual([
      { type: 'plan', steps: [{ text: 'Think', status: 'completed' }] },
      { type: 'tool', name: 'Write', detail: '/w/a' },
      { type: 'result', name: 'Write', text: 'written', ok: true },
      { type: 'files', paths: ['/w/a'] },
      { type: 'tool', name: 'Edit', detail: '/w/b' },
      { type: 'result', name: 'Edit', text: 'ok', ok: false },
      { type: 'other', text: '{"type":"hologram"}' },
      { type: 'other', text: '{"type":"weather"}' },
      { type: 'other', text: '{"type":"resul' },
    ]);
  });
});
