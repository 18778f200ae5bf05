import { describe, expect, it } from '@jest/globals';
import { codexProtocol } from '../../../../src/activities/agent/codex/protocol.js';
import type { CodexThread } from '../../../../src/activities/agent/codex/state.js';
import type { Said } from '../../../../src/activities/agent/session/backend.js';
import { parseConfig } from '../../../../src/config/parse.js';
import { testTurn } from '../../../support/turn.js';

const config = parseConfig(
  '/srv/shop/WORKFLOW.md',
  '---\nagent: { kind: codex }\ntracker: { kind: file }\nrepository: { url: . }\nland: {}\n---\nWork.\n',
  {},
);
const nothing: Said = { replies: new Map(), remarks: [], results: new Map(), late: [] };

/** A turn of Codex, program by program, and what it has spent. */
class Talk {
  readonly protocol;
  state: CodexThread;
  private n = 0;

  constructor(session: string | null) {
    this.protocol = codexProtocol(config, { ...testTurn, session });
    this.state = this.protocol.initial;
  }

  get tokens(): number {
    return this.state.usage.totalTokens;
  }

  /** The program has the thread open, and plays the turn. */
  begins(turnId: string): this {
    const answers = {
      initialize: {},
      thread: { thread: { id: 'thread-1' } },
      resume: { thread: { id: 'thread-1' } },
      history: { data: [] },
      turn: { turn: { id: turnId } },
    };
    for (let line = this.write(); line !== undefined; line = this.write()) {
      const result = answers[line as keyof typeof answers];
      if (line === 'resume') this.tells('turn-0', 900, 300);
      this.hear({ id: line, result });
    }
    return this;
  }

  /** `total` is the whole thread's, `last` that of the last answer of the model. */
  tells(turnId: string, total: number, last: number): this {
    const tokens = (count: number) => ({ totalTokens: count, inputTokens: count, outputTokens: 0 });
    const tokenUsage = { total: tokens(total), last: tokens(last) };
    return this.hear({
      method: 'thread/tokenUsage/updated',
      params: { threadId: 'thread-1', turnId, tokenUsage },
    });
  }

  cut(): this {
    this.state = this.protocol.restart(this.state);
    return this;
  }

  /** The key of the request that is written, if there is one. */
  private write(): string | undefined {
    const lines = this.protocol.next(this.state, nothing);
    for (const { key, line } of lines) this.take({ d: 'in', key, s: line });
    return lines.at(-1)?.key;
  }

  private hear(message: object): this {
    return this.take({ d: 'out', s: JSON.stringify(message) });
  }

  private take(record: { d: 'out'; s: string } | { d: 'in'; key: string; s: string }): this {
    this.n += 1;
    this.state = this.protocol.apply(this.state, { n: this.n, t: 0, ...record }, () => undefined);
    return this;
  }
}

describe('what Codex says that its thread has spent', () => {
  it('is spent once, however often it is said (OBS-09)', () => {
    const talk = new Talk(null).begins('turn-1').tells('turn-1', 100, 100).tells('turn-1', 100, 100);
    expect(talk.tokens).toBe(100);
    expect(talk.tells('turn-1', 250, 150).tells('turn-1', 250, 150).tokens).toBe(250);
  });

  it('is not spent by a turn that came later, although the thread says it again', () => {
    const talk = new Talk('thread-1').begins('turn-1');
    expect(talk.tokens).toBe(0);
    expect(talk.tells('turn-1', 1000, 100).tells('turn-1', 1000, 100).tokens).toBe(100);
  });

  it('is not spent again by the program that follows one that was cut off', () => {
    const talk = new Talk('thread-1').begins('turn-1').tells('turn-1', 1000, 100).cut().begins('turn-2');
    expect(talk.tokens).toBe(100);
    expect(talk.tells('turn-1', 1000, 100).tokens).toBe(100);
    expect(talk.tells('turn-2', 1050, 50).tells('turn-2', 1050, 50).tokens).toBe(150);
  });
});
