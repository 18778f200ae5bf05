// An agent with a fault: `node faulty-agent.mjs <codex|claude|acp> <fault>`. It speaks as much of the protocol of its kind as
// one turn needs, and ends the turn by saying "Done.", unless the fault is that it does not. `noise` is all that is no end;
// one that `works on` tells something in its turn, and does not end.
import { Buffer } from 'node:buffer';
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setInterval } from 'node:timers';

const [kind, fault] = process.argv.slice(2);
const megabyte = 1024 * 1024;

/** Everything or nothing: what is printed last has to arrive before the program ends. */
function print(bytes) {
  const whole = Buffer.from(bytes);
  for (let at = 0; at < whole.length;) {
    try {
      at += writeSync(1, whole, at);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
  }
}
const say = (message) => print(`${JSON.stringify(message)}\n`);

/** How each kind answers, ends its turn, asks for what nobody offers, and tells what nobody knows. */
const kinds = {
  codex: {
    answer: (id) => ({ id, result: { thread: { id: 't1' }, turn: { id: 'u1' } } }),
    requestOf: ({ id, method }) => (method === undefined ? null : id),
    isTurn: ({ method }) => method === 'turn/start',
    tell: (text) =>
      say({ method: 'item/completed', params: { item: { type: 'agentMessage', id: 'i1', text } } }),
    end(text) {
      this.tell(text);
      say({ method: 'turn/completed', params: { turn: { id: 'u1', status: 'completed' } } });
    },
    ask: (id) => ({ id, method: 'no/such/thing', params: {} }),
    told: (value) => ({ method: 'no/such/notice', params: value }),
  },
  claude: {
    answer: (id) => ({ type: 'control_response', response: { subtype: 'success', request_id: id } }),
    requestOf: ({ type, request_id }) => (type === 'control_request' ? request_id : null),
    isTurn: ({ type }) => type === 'user',
    tell(text) {
      say({ type: 'system', subtype: 'init', session_id: 's1' });
      say({ type: 'assistant', message: { id: 'm1', content: [{ type: 'text', text }] } });
    },
    end(text) {
      this.tell(text);
      say({ type: 'result', is_error: false, terminal_reason: 'completed', result: text });
    },
    ask: (id) => ({ type: 'control_request', request_id: String(id), request: { subtype: 'no_such' } }),
    told: (value) => ({ type: 'assistant', message: { id: 'm0', content: [value] } }),
  },
  acp: {
    answer: (id) => ({ jsonrpc: '2.0', id, result: { protocolVersion: 1, sessionId: 's1' } }),
    requestOf: ({ id, method }) => (method === undefined ? null : id),
    isTurn: ({ method }) => method === 'session/prompt',
    tell(text) {
      const update = { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } };
      say({ jsonrpc: '2.0', method: 'session/update', params: { sessionId: 's1', update } });
    },
    end(text, id) {
      this.tell(text);
      say({ jsonrpc: '2.0', id, result: { stopReason: 'end_turn' } });
    },
    ask: (id) => ({ jsonrpc: '2.0', id, method: 'no/such/thing' }),
    told: (value) => ({
      jsonrpc: '2.0',
      method: 'session/update',
      params: { sessionId: 's1', update: value },
    }),
  },
};
const agent = kinds[kind];
const { answer, requestOf, isTurn, ask, told } = agent;

const repeat = (count, line) => Array.from({ length: count }, (_, at) => `${line(at)}\n`).join('');

const noises = {
  garbage: () => print('garbage\n\n{"half": \nnull\n[]\n7\n"text"\n{}\n{"type":{},"method":7,"id":{}}\n'),
  'bytes that are no UTF-8': () => print(Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0x0a])),
  'a line of 10 MB': () => print(`${'x'.repeat(10 * megabyte)}\n`),
  'a message of 10 MB': () => say(told({ text: 'x'.repeat(10 * megabyte) })),
  brackets: () => {
    const value = '['.repeat(megabyte) + ']'.repeat(megabyte);
    print(`${JSON.stringify(told('VALUE')).replace('"VALUE"', value)}\n`);
  },
  'strange answers': () => print(repeat(3, (at) => JSON.stringify(answer(`no-such-request-${at}`)))),
  'a flood of lines': () => print(repeat(60_000, () => `what a flood ${'~'.repeat(100)}`)),
  'a flood of requests': () => print(repeat(5_000, (at) => JSON.stringify(ask(`q${at}`)))),
};

if (fault === 'exits at once') {
  process.stderr.write('what a bad day\n');
  process.exit(3);
}
if (fault === 'noise for ever') setInterval(() => print('and on\n'), 50);
const isSilent = ['hangs', 'noise for ever'].includes(fault);
const noise = fault === 'noise' ? Object.keys(noises).filter((name) => !name.startsWith('a flood')) : [fault];

createInterface({ input: process.stdin }).on('line', (line) => {
  if (isSilent) return;
  const message = JSON.parse(line);
  const id = requestOf(message);
  if (fault === 'another id') {
    say(answer('another'));
    return;
  }
  if (isTurn(message)) {
    for (const name of noise) noises[name]?.();
    if (fault === 'half a line') {
      print('{"half');
      process.exit(0);
    }
    if (kind === 'codex') say(answer(id));
    if (fault === 'works on') {
      agent.tell('I look at it.');
      say(told({ news: 'of a newer version' }));
      return;
    }
    agent.end(fault === 'a text of 10 MB' ? 'y'.repeat(10 * megabyte) : 'Done.', id);
  } else if (id != null) say(answer(id));
});
