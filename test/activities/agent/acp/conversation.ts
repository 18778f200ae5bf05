import type { AgentEvent, Turn } from '../../../../src/activities/agent/agent.js';
import type { Wishes } from '../../../../src/activities/agent/acp/lines.js';
import { acpProtocol } from '../../../../src/activities/agent/acp/protocol.js';
import type { AcpThread } from '../../../../src/activities/agent/acp/thread.js';
import type { Reply, Said } from '../../../../src/activities/agent/session/backend.js';
import type { JournalRecord, ToolResult } from '../../../../src/activities/keeper/protocol.js';
import { testTurn } from '../../../support/turn.js';

const turn: Turn = { ...testTurn, prompt: 'The whole task.', guidance: 'What is new.' };
const noWishes: Wishes = { authMethod: undefined, mode: undefined, model: undefined };

type Record = JournalRecord extends infer R ? (R extends JournalRecord ? Omit<R, 'n' | 't'> : never) : never;

/** A message that was written to the agent. */
export interface Sent {
  id?: string | number;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: { code: number };
}

/** A worker, a keeper and the test as the agent: every line that is to be written is journalled at once. */
export class Conversation {
  readonly events: AgentEvent[] = [];
  readonly sent: Sent[] = [];
  readonly said = {
    replies: new Map<string, Reply>(),
    results: new Map<string, ToolResult>(),
    remarks: [] as { id: string; text: string }[],
    late: [],
  } satisfies Said;
  thread: AcpThread;
  #written = new Set<string>();
  #n = 0;
  readonly #protocol;

  constructor(about: Partial<Turn> = {}, wishes: Partial<Wishes> = {}) {
    this.#protocol = acpProtocol({ ...turn, ...about }, { ...noWishes, ...wishes });
    this.thread = this.#protocol.initial;
    this.write();
  }

  /** The last request or notification that the agent has got. */
  get last(): Sent {
    return this.sent.at(-1) ?? {};
  }

  get methods(): (string | undefined)[] {
    return this.sent.map(({ method }) => method);
  }

  /** The text of the last prompt. */
  get prompt(): string {
    return JSON.stringify(
      this.sent.filter(({ method }) => method === 'session/prompt').at(-1)?.params ?? null,
    );
  }

  /** The agent prints a line, or a message. */
  hears(line: object | string): this {
    this.take({ d: 'out', s: typeof line === 'string' ? line : JSON.stringify({ jsonrpc: '2.0', ...line }) });
    return this.write();
  }

  /** The agent does what it was asked last. */
  answers(result: object): this {
    return this.hears({ id: this.thread.number, result });
  }

  refuses(error: { code: number; message: string; data?: object }): this {
    return this.hears({ id: this.thread.number, error });
  }

  updates(update: object, sessionId = this.thread.id ?? 's'): this {
    return this.hears({ method: 'session/update', params: { sessionId, update } });
  }

  /** Begins a session and sends its prompt. */
  begins(): this {
    return this.answers(initialized).answers({ sessionId: 'ses_1' });
  }

  take(record: Record): void {
    this.#n += 1;
    const whole: JournalRecord = { n: this.#n, t: 0, ...record };
    this.thread = this.#protocol.apply(this.thread, whole, (event) => this.events.push(event));
  }

  /** Another program after a cut, by the same worker or another one. */
  restarts(): this {
    this.thread = this.#protocol.restart(this.thread);
    this.#written.clear();
    this.sent.length = 0;
    return this.write();
  }

  /** Writes what there is to write, unless the turn is over. */
  write(): this {
    for (;;) {
      if (this.thread.end !== null) return this;
      const next = this.#protocol.next(this.thread, this.said).find(({ key }) => !this.#written.has(key));
      if (next === undefined) return this;
      this.#written.add(next.key);
      this.sent.push(JSON.parse(next.line) as Sent);
      this.take({ d: 'in', key: next.key, s: next.line });
    }
  }
}

/** As opencode answers. */
export const initialized = {
  protocolVersion: 1,
  agentCapabilities: {
    loadSession: true,
    sessionCapabilities: { close: {}, fork: {}, list: {}, resume: {} },
  },
  authMethods: [
    {
      id: 'opencode-login',
      name: 'Login with opencode',
      description: 'Run `opencode auth login` in the terminal',
    },
  ],
  agentInfo: { name: 'OpenCode', version: '1.18.33' },
};

export const says = (text: string, messageId = 'msg_1') => ({
  sessionUpdate: 'agent_message_chunk',
  messageId,
  content: { type: 'text', text },
});

/** As opencode ends a turn. */
export const endTurn = {
  stopReason: 'end_turn',
  usage: { inputTokens: 1100, outputTokens: 20, totalTokens: 1120 },
  _meta: {},
};
