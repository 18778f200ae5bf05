/**
 * A worker that carries a session with `line-agent.mjs` on, in a process of its own that can be killed: `node
 * line-session.mjs <settings as JSON>`. Prints the result as JSON.
 */
import type { Fault } from '../../src/activities/keeper/protocol.js';
import type { LineProtocol } from '../../src/activities/keeper/session.js';
import { runSession } from '../../src/activities/keeper/session.js';
import { testOwner } from './keepers.js';

export interface Settings {
  place: string;
  folder: string;
  agent: string[];
  epoch: number;
  /** The moment at which this process kills, or freezes, itself: about to send this key, or having read the record that names it. */
  dieAt?: { moment: 'before' | 'after'; key: string; by?: 'SIGKILL' | 'SIGSTOP' };
  fault?: Fault;
}

interface State {
  written: string[];
  ready: boolean;
  question: string | null;
  done: string | null;
}

const settings = JSON.parse(process.argv[2] ?? '') as Settings;

function dieIf(moment: 'before' | 'after', key: string): void {
  const { dieAt } = settings;
  if (dieAt?.moment === moment && dieAt.key === key) process.kill(process.pid, dieAt.by ?? 'SIGKILL');
}

const protocol: LineProtocol<State, string> = {
  initial: { written: [], ready: false, question: null, done: null },
  apply(state, record) {
    if (record.d === 'in') {
      dieIf('after', record.key);
      return { ...state, written: [...state.written, record.key] };
    }
    if (record.d !== 'out') return state;
    const message = JSON.parse(record.s) as { ready?: boolean; question?: string; done?: string };
    if (message.ready) dieIf('after', 'ready');
    if (message.question) dieIf('after', 'question');
    if (message.done) dieIf('after', 'done');
    return {
      ...state,
      ready: message.ready ?? state.ready,
      question: message.question ?? state.question,
      done: message.done ?? state.done,
    };
  },
  restart: () => ({ written: [], ready: false, question: null, done: null }),
  next({ written, ready, question, done }) {
    const write = (key: string, message: object) => {
      if (written.includes(key)) return [];
      dieIf('before', key);
      return [{ kind: 'write' as const, key, line: JSON.stringify(message) }];
    };
    if (done !== null) return [{ kind: 'done', result: done }];
    if (question !== null) return write(`answer:${question}`, { answer: 'yes' });
    return ready ? write('turn-1', { turn: 'do it' }) : write('init', { init: true });
  },
};

const { place, folder, agent, epoch, fault } = settings;
const result = await runSession({
  place,
  owner: testOwner,
  cwd: folder,
  launch: () => Promise.resolve({ argv: agent, env: { PATH: process.env.PATH ?? '' } }),
  timeoutMs: 60_000,
  leaseMs: 30_000,
  epoch,
  protocol,
  journalLimitBytes: 1024 * 1024,
  ...(fault && { fault }),
});
process.stdout.write(JSON.stringify(result));
