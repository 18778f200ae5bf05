import { describe, expect, it } from '@jest/globals';
import type { AgentEvent } from '../../../../src/activities/agent/agent.js';
import { Conversation, endTurn, says } from './conversation.js';

/** What is told of these updates and the end of the turn, without the session and the usage. */
function told(...updates: object[]): AgentEvent[] {
  const talk = new Conversation().begins();
  for (const update of updates) talk.updates(update);
  talk.answers(endTurn);
  return talk.events.filter(({ type }) => type !== 'session' && type !== 'usage');
}

describe('what a session tells', () => {
  it('is a message as a whole, however it comes', () => {
    const thinks = { sessionUpdate: 'agent_thought_chunk', content: { type: 'text', text: 'Hm.' } };
    expect(told(thinks, says('One '), says('message.'), says('Another.', 'msg_2'))).toEqual([
      { type: 'thinking', text: 'Hm.' },
      { type: 'message', text: 'One message.' },
      { type: 'message', text: 'Another.' },
    ]);
  });

  it('is a tool once it is known what it does, its result and its files, as opencode has them', () => {
    const path = '/srv/shop/note.txt';
    const call = { toolCallId: 'call_3', kind: 'edit' };
    expect(
      told(
        says('I write.'),
        {
          sessionUpdate: 'tool_call',
          ...call,
          title: 'write',
          status: 'pending',
          locations: [],
          rawInput: {},
        },
        {
          sessionUpdate: 'tool_call_update',
          ...call,
          title: 'write',
          status: 'in_progress',
          locations: [{ path }],
          rawInput: { filePath: path, content: 'x' },
        },
        {
          sessionUpdate: 'tool_call_update',
          toolCallId: 'call_3',
          status: 'completed',
          title: 'work/shop/note.txt',
          content: [{ type: 'content', content: { type: 'text', text: 'Wrote file.' } }],
        },
      ),
    ).toEqual([
      { type: 'message', text: 'I write.' },
      { type: 'tool', name: 'write', detail: 'note.txt' },
      { type: 'result', name: 'write', text: 'Wrote file.', ok: true },
      { type: 'files', paths: ['note.txt'] },
    ]);
  });

  it('is a command that failed, as the adapter of Codex has it', () => {
    const call = { toolCallId: 'call_12', kind: 'execute', title: 'npm test' };
    expect(
      told(
        {
          sessionUpdate: 'tool_call',
          ...call,
          status: 'in_progress',
          content: [{ type: 'terminal', terminalId: 'call_12' }],
          rawInput: { command: ['/bin/bash', '-lc', 'npm test'], cwd: '/srv/shop' },
        },
        { sessionUpdate: 'tool_call_update', toolCallId: 'call_12', name: 'exec_command', status: 'failed' },
      ),
    ).toEqual([
      { type: 'tool', name: 'npm test', detail: 'npm test' },
      { type: 'result', name: 'exec_command', text: '', ok: false },
    ]);
  });

  it('is an edit that comes in one piece, as Gemini has it', () => {
    expect(
      told({
        sessionUpdate: 'tool_call_update',
        toolCallId: 'write_file_0',
        status: 'completed',
        title: 'Writing to acp.txt',
        kind: 'edit',
        content: [{ type: 'diff', path: '/srv/shop/acp.txt', oldText: '', newText: 'x' }],
        locations: [{ path: '/srv/shop/acp.txt' }],
      }),
    ).toEqual([
      { type: 'tool', name: 'Writing to acp.txt', detail: 'acp.txt' },
      { type: 'result', name: 'Writing to acp.txt', text: '', ok: true },
      { type: 'files', paths: ['acp.txt'] },
    ]);
  });

  it('is a plan', () => {
    const entries = [{ content: 'Look', priority: 'high', status: 'completed' }];
    expect(told({ sessionUpdate: 'plan', entries })).toEqual([
      { type: 'plan', steps: [{ text: 'Look', status: 'completed' }] },
    ]);
  });

  it("is nothing where it is for editors, or of a session of the agent's own", () => {
    const talk = new Conversation().begins();
    talk.updates({ sessionUpdate: 'available_commands_update', availableCommands: [] });
    talk.updates(says('from below'), 'ses_child').updates(says('Done.')).answers(endTurn);
    expect(talk.events.map(({ type }) => type)).toEqual(['session', 'message', 'usage']);
  });
});

describe('usage', () => {
  it('counts what was read from a cache as input, and what was thought as output, as Claude tells', () => {
    const talk = new Conversation().begins();
    const usage = {
      inputTokens: 2100,
      outputTokens: 70,
      cachedReadTokens: 100,
      cachedWriteTokens: 5,
      thoughtTokens: 3,
    };
    talk.answers({ stopReason: 'end_turn', usage });
    expect(talk.thread.usage).toMatchObject({ inputTokens: 2205, outputTokens: 73, totalTokens: 2278 });
  });

  it('is found where Gemini has it', () => {
    const talk = new Conversation().begins();
    const token_count = { input_tokens: 2100, output_tokens: 70 };
    talk.answers({ stopReason: 'end_turn', _meta: { quota: { token_count } } });
    expect(talk.thread.usage).toMatchObject({ inputTokens: 2100, outputTokens: 70, totalTokens: 2170 });
  });

  it('is at least the context while the agent works, and where it says no more, in each program of the turn', () => {
    const talk = new Conversation().begins();
    talk.updates({ sessionUpdate: 'usage_update', used: 1050, size: 258400 });
    expect(talk.thread.usage.totalTokens).toBe(1050);
    talk.restarts();
    expect(talk.thread.usage.totalTokens).toBe(1050);
  });

  it('has no price where nobody knows what a session had cost before', () => {
    const talk = new Conversation({ session: 'ses_0' }).answers({
      protocolVersion: 1,
      agentCapabilities: { sessionCapabilities: { resume: {} } },
    });
    talk
      .answers({})
      .updates({ sessionUpdate: 'usage_update', used: 1, size: 2, cost: { amount: 7, currency: 'USD' } });
    expect(talk.thread.usage.costUsd).toBeNull();
  });

  it('is not spent again when the session that goes on tells its whole price again', () => {
    const costs = (amount: number) => ({
      sessionUpdate: 'usage_update',
      used: 1,
      size: 2,
      cost: { amount, currency: 'USD' },
    });
    const resumable = { protocolVersion: 1, agentCapabilities: { sessionCapabilities: { resume: {} } } };
    const talk = new Conversation({ session: 'ses_1' }).answers(resumable);
    talk.updates(costs(7)).answers({}).updates(costs(7.5));
    expect(talk.thread.usage.costUsd).toBe(0.5);
    talk.restarts().answers(resumable).updates(costs(7.5)).answers({}).updates(costs(7.5), 'ses_1');
    expect(talk.thread.usage.costUsd).toBe(0.5);
    talk.updates(costs(8));
    expect(talk.thread.usage.costUsd).toBe(1);
  });

  it('has the price of a session that is new, and of the one that follows it after a loss', () => {
    const costs = (amount: number) => ({
      sessionUpdate: 'usage_update',
      used: 1,
      size: 2,
      cost: { amount, currency: 'USD' },
    });
    const talk = new Conversation().begins().updates(costs(0.5));
    expect(talk.thread.usage.costUsd).toBe(0.5);
    talk.restarts().answers({ protocolVersion: 1 }).answers({ sessionId: 'ses_2' }).updates(costs(0.25));
    expect(talk.thread.usage.costUsd).toBe(0.75);
  });
});
