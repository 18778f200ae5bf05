import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { look } from '../../../src/activities/keeper/place.js';
import { signalProcess } from '../../../src/activities/keeper/process-name.js';
import { LeftError } from '../../../src/activities/keeper/program.js';
import type { JournalRecord, ToolDeclaration, ToolResult } from '../../../src/activities/keeper/protocol.js';
import { files } from '../../../src/activities/keeper/protocol.js';
import type { Step } from '../../../src/activities/keeper/session.js';
import { runSession } from '../../../src/activities/keeper/session.js';
import { toolsSocket } from '../../../src/activities/keeper/tools-socket.js';
import { until } from '../../support/engine.js';

const shim = fileURLToPath(new URL('../../../dist/tool-shim.js', import.meta.url));

const ask: ToolDeclaration = {
  name: 'ask_person',
  description: 'Asks a person',
  inputSchema: {
    type: 'object',
    properties: { question: { type: 'string' } },
    required: ['question'],
  },
};

const owner = {
  project: 'shop',
  identifier: 'SHOP-1',
  workflowId: 'task/shop/SHOP-1',
  workflowRun: 'run',
  kind: 'agent',
  title: 'turn 1',
} as const;

/** A message of JSON-RPC. */
interface Message {
  id?: number;
  result?: { content?: ToolResult['content']; isError?: boolean; tools?: ToolDeclaration[] };
  error?: { code: number; message: string };
}

/** What the journal tells of the agent and its tools. */
interface Heard {
  replies: Message[];
  calls: { id: string; name: string; arguments: unknown }[];
  /** The calls that were answered. */
  answered: string[];
}

function hear(heard: Heard, record: JournalRecord): Heard {
  switch (record.d) {
    case 'out':
      return { ...heard, replies: [...heard.replies, JSON.parse(record.s) as Message] };
    case 'call':
      return { ...heard, calls: [...heard.calls, record] };
    case 'result':
      return { ...heard, answered: [...heard.answered, record.id] };
    default:
      return heard;
  }
}

/** One line of JSON-RPC, as an MCP client writes it. */
function line(method: string, params: object, id?: number): string {
  return JSON.stringify({ jsonrpc: '2.0', method, params, ...(id !== undefined && { id }) });
}

const greeting = [
  line(
    'initialize',
    { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
    0,
  ),
  line('notifications/initialized', {}),
];

function call(id: number, question: string, name = ask.name): string {
  return line('tools/call', { name, arguments: { question } }, id);
}

function text(answer: string): ToolResult {
  return { content: [{ type: 'text', text: answer }] };
}

function reply({ replies }: Heard, id: number): Message | undefined {
  return replies.find((message) => message.id === id);
}

const nothing: Heard = { replies: [], calls: [], answered: [] };

let folder: string;
let place: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'continuo-shim-'));
  place = join(folder, 'turn-1');
});

afterEach(async () => {
  const found = await look(place);
  if (found.kind === 'running') await signalProcess(found.claim.process, 'SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

interface Talk {
  epoch?: number;
  argv?: string[];
  lines?: string[];
  /** What the worker answers to calls; nothing by default. */
  answer?: (heard: Heard) => Step<Heard>[];
  /** Ends the agent. */
  isDone?: (heard: Heard) => boolean;
  /** Leaves the agent alone. */
  isLeft?: (heard: Heard) => boolean;
}

/**
 * One worker's time with the agent, from attaching until it is done or left; returns what was heard by then. The
 * agent starts the shim as it would any MCP server. It is the shim's client too: what it says comes from here.
 */
async function talk(options: Talk): Promise<Heard> {
  const { epoch = 1, argv, lines = [], answer = () => [], isDone = () => false, isLeft } = options;
  const leave = new AbortController();
  let heard = nothing;
  const writes = [...greeting, ...lines].map((each) => ({ kind: 'write', key: each, line: each }) as const);
  const result = runSession<Heard, Heard>({
    place,
    owner,
    launch: () =>
      Promise.resolve({
        argv: argv ?? ['bash', '--norc', '-c', '"$0" "$1"', process.execPath, shim],
        env: { PATH: process.env.PATH ?? '' },
      }),
    cwd: folder,
    tools: [ask],
    journalLimitBytes: 1 << 20,
    timeoutMs: 60_000,
    leaseMs: 60_000,
    epoch,
    leave: leave.signal,
    onState(state) {
      heard = state;
      if (isLeft?.(state)) leave.abort();
    },
    protocol: {
      initial: nothing,
      apply: hear,
      restart: () => nothing,
      next: (state) => (isDone(state) ? [{ kind: 'done', result: state }] : [...writes, ...answer(state)]),
    },
  });
  if (isLeft !== undefined) await expect(result).rejects.toThrow(LeftError);
  else expect((await result).kind).toBe('done');
  return heard;
}

function toolResult(heard: Heard, question: string, answer: string): Step<Heard>[] {
  return heard.calls
    .filter(({ arguments: input }) => JSON.stringify(input) === JSON.stringify({ question }))
    .map(({ id }) => ({ kind: 'tool_result', id, result: text(answer) }));
}

describe("the agent's tools", () => {
  it('are listed as they were declared', async () => {
    const heard = await talk({
      lines: [line('tools/list', {}, 1)],
      isDone: (state) => reply(state, 1) !== undefined,
    });
    expect(reply(heard, 0)?.result).toMatchObject({ serverInfo: { name: 'continuo' } });
    expect(reply(heard, 1)?.result?.tools).toEqual([expect.objectContaining(ask)]);
  });

  it('wait while no worker is attached, and are answered by the next one, once', async () => {
    const before = await talk({ lines: [call(1, 'Blue?')], isLeft: ({ calls }) => calls.length > 0 });
    expect(before.calls).toEqual([
      expect.objectContaining({ name: ask.name, arguments: { question: 'Blue?' } }),
    ]);
    expect(reply(before, 1)).toBeUndefined();

    // What comes after the answer shows that there is no second one: the shim answers in order.
    const after = await talk({
      epoch: 2,
      lines: [call(1, 'Blue?'), line('ping', {}, 2)],
      answer: (heard) => toolResult(heard, 'Blue?', 'yes'),
      isDone: (heard) => reply(heard, 1) !== undefined && reply(heard, 2) !== undefined,
    });
    expect(after.calls).toHaveLength(1);
    expect(after.answered).toEqual([after.calls[0]?.id]);
    expect(after.replies.filter(({ id }) => id === 1)).toEqual([
      expect.objectContaining({ result: text('yes') }),
    ]);
  });

  it('are answered in the order of their results, not of their calls', async () => {
    const heard = await talk({
      lines: [call(1, 'First?'), call(2, 'Second?')],
      answer: (state) => {
        if (state.calls.length < 2) return [];
        return [...toolResult(state, 'Second?', 'two'), ...toolResult(state, 'First?', 'one')];
      },
      isDone: (state) => reply(state, 1) !== undefined && reply(state, 2) !== undefined,
    });
    const answers = heard.replies.filter(({ id }) => id !== 0);
    expect(answers).toEqual([
      expect.objectContaining({ id: 2, result: text('two') }),
      expect.objectContaining({ id: 1, result: text('one') }),
    ]);
  });

  it('refuse a tool that was not declared and arguments that do not fit, and ask nobody', async () => {
    const misfit = line('tools/call', { name: ask.name, arguments: { question: 7 } }, 2);
    const heard = await talk({
      lines: [call(1, 'Blue?', 'land'), misfit],
      isDone: (state) => reply(state, 1) !== undefined && reply(state, 2) !== undefined,
    });
    for (const id of [1, 2]) {
      const { error, result } = reply(heard, id) ?? {};
      expect(error !== undefined || result?.isError === true).toBe(true);
    }
    expect(JSON.stringify(reply(heard, 1))).toContain('land');
    expect(JSON.stringify(reply(heard, 2))).toContain('question');
    expect(heard.calls).toEqual([]);
  });
});

describe('the shim', () => {
  it('fails what waits when the keeper ends, and ends too', async () => {
    // A program that starts no shim: this one is not among the processes that end with the keeper.
    await talk({ argv: ['sleep', '60'], isLeft: () => true });
    const found = await look(place);
    if (found.kind !== 'running') throw new Error(`the keeper is ${found.kind}`);
    const client = startShim({ CONTINUO_TOOLS: toolsSocket(found.folder) });
    try {
      for (const each of [...greeting, call(1, 'Blue?')]) client.say(each);
      await until(() => readFileSync(join(found.folder, files.journal), 'utf8').includes('"d":"call"'));
      await signalProcess(found.claim.process, 'SIGKILL');
      expect(await client.ended).toBe(0);
      expect(client.replies().find(({ id }) => id === 1)?.result).toMatchObject({
        isError: true,
        content: [{ type: 'text', text: 'the keeper has ended' }],
      });
    } finally {
      client.kill();
    }
  });

  it('says what is wrong where there is no keeper', async () => {
    const byHand = startShim({});
    expect(await byHand.ended).toBe(1);
    expect(byHand.errors()).toContain('CONTINUO_TOOLS is not set');

    const alone = startShim({ CONTINUO_TOOLS: join(folder, 'nobody') });
    expect(await alone.ended).toBe(1);
    expect(alone.errors()).toContain('the tools cannot be reached');
  });
});

/** The shim by itself, with a client that speaks to it directly. */
function startShim(env: Record<string, string>) {
  const child = spawn(process.execPath, [shim], { env, stdio: 'pipe' });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return {
    say: (message: string) => void child.stdin.write(`${message}\n`),
    replies: () =>
      stdout
        .trim()
        .split('\n')
        .filter(Boolean)
        .map((each) => JSON.parse(each) as Message),
    errors: () => stderr,
    ended: once(child, 'close').then(() => child.exitCode),
    kill: () => void child.kill('SIGKILL'),
  };
}
