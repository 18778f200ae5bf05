import { describe, expect, it } from '@jest/globals';
import { Conversation, initialized, says } from './conversation.js';

const opencode = (message: string, errorName = 'APIError') => ({
  code: -32603,
  message: `Internal error: ${message}`,
  data: { service: 'session', errorName },
});
const claude = (message: string, errorKind: string) => ({
  code: -32603,
  message: `Internal error: ${message}`,
  data: { errorKind },
});

describe('a prompt that fails', () => {
  it.each([
    ['not_logged_in', opencode('Incorrect API key provided')],
    ['not_logged_in', { code: -32000, message: 'Authentication required' }],
    ['not_logged_in', { code: 401, message: 'nope' }],
    ['not_logged_in', claude('API Error: 401', 'authentication_failed')],
    ['rate_limited', { code: 429, message: 'Resource has been exhausted' }],
    ['rate_limited', claude('API Error: Request rejected (429)', 'rate_limit')],
    ['context_overflow', opencode('Conversation history too large to compact', 'ContextOverflowError')],
    ['context_overflow', { code: 400, message: 'prompt is too long: 210000 tokens' }],
    ['model_unavailable', opencode('The model m1 does not exist')],
    ['model_unavailable', { code: 404, message: 'gone' }],
    ['model_error', opencode('scripted bad request')],
    ['model_error', claude('API Error: 400 scripted bad request', 'unknown')],
    ['model_error', { code: 400, message: '{"type":"error","error":{"message":"scripted bad request"}}' }],
    ['turn_failed', { code: -32603, message: 'Internal error' }],
  ])('is %s', (category, error) => {
    const talk = new Conversation().begins().refuses(error);
    expect(talk.thread.end).toMatchObject({ kind: 'failed', category });
  });

  it.each([
    [opencode('You exceeded your current quota, please check your plan'), null],
    [claude('Claude AI usage limit reached|1795700000', 'unknown'), '2026-11-26T13:33:20.000Z'],
  ])('waits for its quota, until then where that is told', (error, until) => {
    const talk = new Conversation().begins().refuses(error);
    expect(talk.thread.end).toMatchObject({ kind: 'quota', until });
  });
});

describe('a login that is missing', () => {
  it.each([
    ['at the session', {}, { code: -32000, message: 'Authentication required' }],
    ['at the login', { authMethod: 'key' }, { code: -32603, message: 'no such key' }],
  ])('is told with what to do about it, %s', (_, wishes, error) => {
    const talk = new Conversation({}, wishes).answers(initialized).refuses(error);
    const message = expect.stringMatching(/Log in with the agent[^]*opencode-login[^]*opencode auth login/);
    expect(talk.thread.end).toMatchObject({ kind: 'failed', category: 'not_logged_in', message });
  });
});

describe('an agent that does not fit', () => {
  it.each([
    [
      'speaks another version',
      (talk: Conversation) => talk.answers({ protocolVersion: 2 }),
      'response_error',
    ],
    [
      'answers with something else',
      (talk: Conversation) => talk.answers({ protocolVersion: 'one' }),
      'response_error',
    ],
    [
      'refuses a session',
      (talk: Conversation) => talk.answers(initialized).refuses({ code: -32602, message: 'cwd' }),
      'response_error',
    ],
    [
      'gives a session no id',
      (talk: Conversation) => talk.answers(initialized).answers({}),
      'response_error',
    ],
    [
      'does not have the mode',
      (talk: Conversation) => talk.begins().refuses({ code: -32602, message: 'mode not found' }),
      'response_error',
    ],
    [
      'does not have the model',
      (talk: Conversation) => talk.begins().answers({}).refuses({ code: -32602, message: 'model not found' }),
      'model_unavailable',
    ],
  ])('fails: it %s', (_, play, category) => {
    const talk = play(new Conversation({}, { mode: 'x', model: 'y' }));
    expect(talk.thread.end).toMatchObject({ kind: 'failed', category });
  });
});

describe('the end of a turn', () => {
  it('is suspect without a word and without a token, as the adapter of Codex ends at a fault', () => {
    const talk = new Conversation().begins().answers({ stopReason: 'end_turn', usage: null });
    expect(talk.thread.end).toMatchObject({ kind: 'failed', category: 'turn_failed' });
  });

  it('is well with a word alone', () => {
    const talk = new Conversation().begins().updates(says('Done.')).answers({ stopReason: 'end_turn' });
    expect(talk.thread.end).toEqual({ kind: 'completed', summary: 'Done.' });
  });

  it.each(['cancelled', 'refusal', 'max_tokens', 'max_turn_requests', 'boredom'])(
    'is no success by %s',
    (stopReason) => {
      const talk = new Conversation().begins().updates(says('I stop here.')).answers({ stopReason });
      expect(talk.thread.end).toMatchObject({ kind: 'failed', category: 'turn_failed' });
    },
  );
});
