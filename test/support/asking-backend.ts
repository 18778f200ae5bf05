import { fileURLToPath } from 'node:url';
import type { AgentFactory, Turn } from '../../src/activities/agent/agent.js';
import type { Backend, Line, Thread, ThreadProtocol } from '../../src/activities/agent/session/backend.js';
import { firstMessage, nextMessage } from '../../src/activities/agent/session/message.js';
import { createSessionAgent } from '../../src/activities/agent/session/session-agent.js';
import { noUsage } from '../../src/domain/usage.js';

const program = fileURLToPath(new URL('asking-agent.mjs', import.meta.url));

/** What `asking-agent.mjs` is to do. */
export type AskingKind = 'asks' | 'listens';

interface AskingThread extends Thread {
  written: string[];
}

interface Said {
  session?: string;
  ask?: string;
  heard?: string;
  done?: string;
}

/** An agent with a program of a few lines behind it, which asks, or hears remarks. */
export function askingAgent(kind: AskingKind, file = program): AgentFactory {
  const backend: Backend<AskingThread> = {
    kind: 'acp',
    command: `asking-agent ${kind}`,
    credentials: [],
    patience: { readMs: 60_000, turnMs: 60_000, stallMs: 0 },
    launch: ({ env }) => ({ argv: [process.execPath, file, kind], env, writable: [] }),
    protocol,
  };
  return (config) => createSessionAgent(config, backend);
}

function protocol(turn: Turn): ThreadProtocol<AskingThread> {
  return {
    initial: {
      id: turn.session,
      usage: noUsage,
      requests: [],
      calls: [],
      unoffered: [],
      heard: [],
      end: null,
      isStarting: true,
      written: [],
    },
    apply(state, record) {
      if (record.d === 'in') {
        const { key } = record;
        const requests = state.requests.filter(({ id }) => key !== `reply:${id}`);
        return { ...state, requests, written: [...state.written, key] };
      }
      return record.d === 'out' ? hear(state, JSON.parse(record.s) as Said) : state;
    },
    restart: (state) => ({ ...state, requests: [], written: [], isStarting: true }),
    next(state, { replies, remarks }) {
      const message = state.id === null ? firstMessage(turn) : nextMessage(turn);
      const lines: (Line | false)[] = [
        line('begin', { begin: { session: state.id, message } }),
        ...state.requests.map(({ id }) => {
          const reply = replies.get(id);
          return reply !== undefined && line(`reply:${id}`, { reply: { id, text: reply.text } });
        }),
        ...remarks.map(
          ({ id, text }) => !state.heard.includes(id) && line(`remark:${id}`, { remark: { id, text } }),
        ),
      ];
      return lines.filter((one) => one !== false).filter(({ key }) => !state.written.includes(key));
    },
  };
}

function hear(state: AskingThread, { session, ask, heard, done }: Said): AskingThread {
  const request = {
    kind: 'question' as const,
    subject: '',
    text: 'Which colour?',
    options: ['Blue', 'Green'],
  };
  return {
    ...state,
    ...(session !== undefined && { id: session, isStarting: false }),
    ...(ask !== undefined && { requests: [{ id: ask, ...request }] }),
    ...(heard !== undefined && { heard: [...state.heard, heard] }),
    ...(done !== undefined && { end: { kind: 'completed', summary: done } }),
  };
}

function line(key: string, message: object): Line {
  return { key, line: JSON.stringify(message) };
}
