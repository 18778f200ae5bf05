import { describe, expect, it } from '@jest/globals';
import { ruleFor } from '../../../../src/activities/agent/session/policy.js';
import { Conversation, says } from './conversation.js';

const options = [
  { optionId: 'always', kind: 'allow_always', name: 'Always allow' },
  { optionId: 'once', kind: 'allow_once', name: 'Allow once' },
  { optionId: 'no', kind: 'reject_once', name: 'Reject' },
];

function asks(toolCall: object, offered = options): Conversation {
  const talk = new Conversation().begins();
  return talk.hears({
    id: 0,
    method: 'session/request_permission',
    params: {
      sessionId: 'ses_1',
      toolCall: { toolCallId: 'call_3', status: 'pending', ...toolCall },
      options: offered,
    },
  });
}

describe('what an agent asks for', () => {
  it.each([
    [
      'opencode, a command',
      { kind: 'execute', title: 'make', rawInput: { command: 'make' } },
      'command',
      'make',
    ],
    [
      'Codex, a command',
      { kind: 'execute', title: 'x', rawInput: { command: ['/bin/bash', '-c', 'echo a'] } },
      'command',
      'echo a',
    ],
    [
      'Codex, arguments',
      { kind: 'execute', title: 'x', rawInput: { command: ['git', 'push', '-f'] } },
      'command',
      'git push -f',
    ],
    ['Gemini, a command', { kind: 'execute', title: 'sleep 5' }, 'command', 'sleep 5'],
    [
      'Claude, an edit',
      { kind: 'edit', name: 'Write', title: 'Write a.txt', locations: [{ path: '/srv/shop/src/a.txt' }] },
      'edit',
      'src/a.txt',
    ],
    [
      'Gemini, an edit',
      { kind: 'edit', title: 'Writing', content: [{ type: 'diff', path: '/etc/passwd', newText: '' }] },
      'edit',
      '/etc/passwd',
    ],
    [
      'opencode, an edit, which names its file in two ways',
      {
        kind: 'edit',
        title: 'a.txt',
        locations: [{ path: '/srv/shop/a.txt' }],
        content: [{ type: 'diff', path: 'a.txt', newText: '' }],
      },
      'edit',
      'a.txt',
    ],
    [
      'a deletion',
      { kind: 'delete', title: 'rm', locations: [{ path: '/srv/shop/a' }, { path: '/srv/shop/b' }] },
      'edit',
      'a\nb',
    ],
    ['a tool', { kind: 'fetch', name: 'WebFetch', title: 'Fetch https://example.org' }, 'tool', 'WebFetch'],
    ['a tool without a kind', { title: 'continuo_ask_human' }, 'tool', 'continuo_ask_human'],
  ])('is %s', (_, toolCall, kind, subject) => {
    expect(asks(toolCall).thread.requests).toMatchObject([{ kind, subject, options: ['allow', 'deny'] }]);
  });

  it('is completed by what the agent has told of the tool before', () => {
    const talk = new Conversation().begins();
    talk.updates({
      sessionUpdate: 'tool_call',
      toolCallId: 'c',
      kind: 'execute',
      title: 'bash',
      rawInput: { command: 'make' },
    });
    talk.hears({
      id: 3,
      method: 'session/request_permission',
      params: { toolCall: { toolCallId: 'c' }, options },
    });
    expect(talk.thread.requests).toMatchObject([{ kind: 'command', subject: 'make' }]);
  });

  it('lets no pattern for one file pass for several', () => {
    const [request] = asks({ kind: 'edit', locations: [{ path: '/srv/shop/src/a' }, { path: '/etc/b' }] })
      .thread.requests;
    expect(ruleFor([{ kind: 'edit', pattern: 'src/**', answer: 'allow' }], request!)).toBe('ask');
  });
});

describe('an answer', () => {
  it.each([
    ['allow' as const, options, { outcome: 'selected', optionId: 'once' }],
    ['deny' as const, options, { outcome: 'selected', optionId: 'no' }],
    ['allow' as const, options.slice(0, 1), { outcome: 'selected', optionId: 'always' }],
    ['allow' as const, options.slice(2), { outcome: 'cancelled' }],
    ['deny' as const, options.slice(0, 2), { outcome: 'cancelled' }],
  ])('to %s is the option of that kind', (verdict, offered, outcome) => {
    const talk = asks({ kind: 'execute', title: 'make' }, offered);
    const [request] = talk.thread.requests;
    talk.said.replies.set(request!.id, { verdict, text: '' });
    talk.write();
    expect(talk.last).toEqual({ jsonrpc: '2.0', id: 0, result: { outcome } });
    expect(talk.thread.requests).toEqual([]);
    const granted = outcome.outcome === 'selected' && verdict === 'allow';
    expect(talk.events.at(-1)).toEqual({ type: 'approval', action: 'make', granted });
  });

  it('is given once, and to the request that it is for', () => {
    const talk = asks({ kind: 'execute', title: 'make' });
    talk.hears({
      id: 1,
      method: 'session/request_permission',
      params: { toolCall: { toolCallId: 'd', kind: 'execute', title: 'rm' }, options },
    });
    const [first, second] = talk.thread.requests;
    expect(first!.id).not.toBe(second!.id);
    talk.said.replies.set(second!.id, { verdict: 'deny', text: 'no' });
    talk.write().updates(says('Then not.'));
    expect(talk.sent.filter(({ result }) => result !== undefined)).toEqual([
      { jsonrpc: '2.0', id: 1, result: { outcome: { outcome: 'selected', optionId: 'no' } } },
    ]);
    expect(talk.thread.requests).toEqual([first]);
  });
});
