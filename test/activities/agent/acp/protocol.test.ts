import { describe, expect, it } from '@jest/globals';
import { Conversation, endTurn, initialized, says } from './conversation.js';

describe('a session of ACP', () => {
  it('begins with what Continuo offers, its tools, and the whole task', () => {
    const talk = new Conversation().begins();
    expect(talk.methods).toEqual(['initialize', 'session/new', 'session/prompt']);
    expect(talk.sent[0]).toMatchObject({
      id: 1,
      params: {
        protocolVersion: 1,
        clientCapabilities: { fs: { readTextFile: false, writeTextFile: false }, terminal: false },
      },
    });
    expect(talk.sent[1]?.params).toMatchObject({
      cwd: '/srv/shop',
      mcpServers: [
        {
          name: 'continuo',
          command: process.execPath,
          env: [{ name: 'CONTINUO_TOOLS', value: '/run/tmp/continuo-tools' }],
        },
      ],
    });
    expect(talk.last.params).toEqual({
      sessionId: 'ses_1',
      prompt: [{ type: 'text', text: 'The whole task.\n\nWhat is new.' }],
    });
    expect(talk.events).toEqual([{ type: 'session', id: 'ses_1', resumed: false }]);
  });

  it('is starting until it may have heard of the turn', () => {
    const talk = new Conversation().answers(initialized);
    expect(talk.thread.isStarting).toBe(true);
    expect(talk.answers({ sessionId: 'ses_1' }).thread.isStarting).toBe(false);
  });

  it('logs in and sets mode and model where that is configured, the model by the option that the agent has for it', () => {
    const talk = new Conversation({}, { authMethod: 'key', mode: 'plan', model: 'big' }).answers(initialized);
    expect(talk.last).toMatchObject({ method: 'authenticate', params: { methodId: 'key' } });
    talk.answers({}).answers({ sessionId: 's', configOptions: [{ id: 'm', category: 'model' }] });
    expect(talk.last).toMatchObject({
      method: 'session/set_mode',
      params: { sessionId: 's', modeId: 'plan' },
    });
    talk.answers({});
    expect(talk.last).toMatchObject({
      method: 'session/set_config_option',
      params: { sessionId: 's', configId: 'm', value: 'big' },
    });
    expect(talk.answers({}).last.method).toBe('session/prompt');
  });

  it('asks for the model by the older method where the session has no option for it, as with Gemini', () => {
    const talk = new Conversation({}, { model: 'gemini-2.5-pro' }).answers(initialized).answers({
      sessionId: 's',
      models: { currentModelId: 'auto' },
    });
    expect(talk.last).toMatchObject({ method: 'session/set_model', params: { modelId: 'gemini-2.5-pro' } });
  });

  it('is resumed with what is new alone', () => {
    const talk = new Conversation({ session: 'ses_0' }).answers(initialized).answers({ configOptions: [] });
    expect(talk.methods).toEqual(['initialize', 'session/resume', 'session/prompt']);
    expect(talk.prompt).toContain('What is new.');
    expect(talk.prompt).not.toContain('The whole task.');
    expect(talk.thread.id).toBe('ses_0');
    expect(talk.events).toEqual([{ type: 'session', id: 'ses_0', resumed: true }]);
  });

  it('is loaded where the agent cannot resume, and what it repeats is neither told nor paid again', () => {
    const gemini = { protocolVersion: 1, agentCapabilities: { loadSession: true } };
    const talk = new Conversation({ session: 'ses_0' }).answers(gemini);
    expect(talk.last).toMatchObject({ method: 'session/load', params: { sessionId: 'ses_0' } });
    talk
      .updates(says('I said this before.'), 'ses_0')
      .updates({ sessionUpdate: 'tool_call', toolCallId: 'c', status: 'completed', title: 'old' }, 'ses_0')
      .updates(
        { sessionUpdate: 'usage_update', used: 900, size: 1000, cost: { amount: 2, currency: 'USD' } },
        'ses_0',
      )
      .answers({});
    expect(talk.events).toEqual([{ type: 'session', id: 'ses_0', resumed: true }]);
    talk
      .updates(says('New.'))
      .updates({
        sessionUpdate: 'usage_update',
        used: 950,
        size: 1000,
        cost: { amount: 2.5, currency: 'USD' },
      })
      .answers(endTurn);
    expect(talk.thread.usage).toMatchObject({ totalTokens: 1120, costUsd: 0.5 });
    expect(talk.thread.end).toEqual({ kind: 'completed', summary: 'New.' });
  });

  it.each([
    [
      'that the agent does not know',
      initialized,
      ['initialize', 'session/resume', 'session/new', 'session/prompt'],
    ],
    ['of an agent that keeps none', { protocolVersion: 1 }, ['initialize', 'session/new', 'session/prompt']],
  ])('is begun anew in place of one %s, with the whole task and a note', (_, agent, methods) => {
    const talk = new Conversation({ session: 'ses_0' }).answers(agent);
    if (talk.last.method === 'session/resume')
      talk.refuses({ code: -32603, message: 'Internal error: OpenCode service failure' });
    talk.answers({ sessionId: 'ses_1' });
    expect(talk.methods).toEqual(methods);
    expect(talk.prompt).toContain('The whole task.');
    expect(talk.prompt).toContain('in a session that is lost');
    expect(talk.events.at(-1)).toEqual({ type: 'session', id: 'ses_1', resumed: false });
  });
});

describe('after a cut', () => {
  it('the same session goes on from where it was, if it may have heard the message', () => {
    const talk = new Conversation().begins().updates(says('Half of it'));
    talk.restarts().answers(initialized);
    expect(talk.last).toMatchObject({ method: 'session/resume', params: { sessionId: 'ses_1' } });
    talk.answers({});
    expect(talk.prompt).toContain('What is new.');
    expect(talk.prompt).not.toContain('The whole task.');
    expect(talk.updates(says('The rest', 'msg_2')).answers(endTurn).thread.end).toEqual({
      kind: 'completed',
      summary: 'The rest',
    });
    expect(talk.events).toContainEqual({ type: 'message', text: 'Half of it' });
  });

  it('the message is sent for the first time, if it was not', () => {
    const talk = new Conversation({ session: 'ses_0' }).answers(initialized).restarts().answers(initialized);
    expect(talk.answers({}).prompt).toContain('What is new.');
  });

  it('a session that was begun and told nothing is left', () => {
    const talk = new Conversation({}, { mode: 'plan' }).answers(initialized).answers({ sessionId: 'ses_1' });
    expect(talk.last.method).toBe('session/set_mode');
    expect(talk.restarts().answers(initialized).last.method).toBe('session/new');
  });

  it('a session that is lost is followed by one that is told everything, and told so once more after another cut', () => {
    const talk = new Conversation().begins().restarts().answers(initialized);
    talk.refuses({ code: -32603, message: 'unknown' });
    expect(talk.last.method).toBe('session/new');
    talk.answers({ sessionId: 'ses_2' });
    expect(talk.prompt).toContain('The whole task.');
    expect(talk.prompt).toContain('in a session that is lost');
    talk.restarts().answers(initialized);
    expect(talk.last).toMatchObject({ method: 'session/resume', params: { sessionId: 'ses_2' } });
  });
});

describe('what an agent sends beside the protocol', () => {
  it('is kept for people and ends nothing', () => {
    const talk = new Conversation();
    talk.hears('Welcome to this machine').hears('{"jsonrpc":').hears('[]').hears('').begins();
    talk
      .hears({ method: '_auth/status_update', params: { authStatus: { kind: 'api_key' } } })
      .hears({ id: 77, result: {} })
      .hears({ id: 'three', error: { code: 1, message: 'x' } })
      .updates({ sessionUpdate: 'telepathy', waves: 3 });
    const others = talk.events.flatMap((event) => (event.type === 'other' ? event.text : []));
    expect(others).toEqual([
      'Welcome to this machine',
      '{"jsonrpc":',
      '[]',
      expect.stringContaining('_auth/status_update'),
      expect.stringContaining('77'),
      expect.stringContaining('three'),
      expect.stringContaining('telepathy'),
    ]);
    expect(talk.answers(endTurn).thread.end).toMatchObject({ kind: 'completed' });
  });

  it('is refused where it asks for what was not offered, once', () => {
    const talk = new Conversation().begins();
    talk.hears({ id: 0, method: 'fs/write_text_file', params: { path: '/etc/passwd', content: '' } });
    expect(talk.last).toMatchObject({ id: 0, error: { code: -32601 } });
    const count = talk.sent.length;
    talk.updates(says('Then not.'));
    expect(talk.sent).toHaveLength(count);
  });
});

describe('a remark for a turn that runs', () => {
  it('interrupts it, answers what is open, and is the next prompt', () => {
    const talk = new Conversation().begins();
    talk.hears({
      id: 9,
      method: 'session/request_permission',
      params: { toolCall: { toolCallId: 'c', kind: 'execute', title: 'make' }, options: [] },
    });
    talk.said.remarks.push({ id: 'remark-1', text: 'Rather use tabs.' });
    talk.write();
    expect(talk.methods.filter((method) => method === 'session/cancel')).toHaveLength(1);
    expect(talk.last).toEqual({ jsonrpc: '2.0', id: 9, result: { outcome: { outcome: 'cancelled' } } });
    talk.answers({ stopReason: 'cancelled', usage: { inputTokens: 5, outputTokens: 1, totalTokens: 6 } });
    expect(talk.thread.end).toBeNull();
    expect(talk.prompt).toContain('Rather use tabs.');
    expect(talk.thread.heard).toEqual(['remark-1']);
    talk.updates(says('Tabs it is.')).answers(endTurn);
    expect(talk.thread.end).toEqual({ kind: 'completed', summary: 'Tabs it is.' });
    expect(talk.thread.usage.totalTokens).toBe(1126);
  });
});
