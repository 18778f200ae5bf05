import { describe, expect, it } from '@jest/globals';
import type { Request, Thread, ThreadProtocol } from '../../../../src/activities/agent/session/backend.js';
import type { Rules } from '../../../../src/activities/agent/session/policy.js';
import type { TurnState } from '../../../../src/activities/agent/session/turn-state.js';
import { timeLeftMs, turnProtocol } from '../../../../src/activities/agent/session/turn-state.js';
import type { JournalRecord } from '../../../../src/activities/keeper/protocol.js';
import { noUsage } from '../../../../src/domain/usage.js';
import { testTurn } from '../../../support/turn.js';

/** An agent that prints `ask <kind>`, and is answered by any line. */
const thread: ThreadProtocol<Thread> = {
  initial: {
    id: 'thread-1',
    usage: noUsage,
    requests: [],
    calls: [],
    heard: [],
    end: null,
    isStarting: false,
    unoffered: [],
  },
  apply(state, record) {
    if (record.d === 'in') return { ...state, requests: [] };
    const kind = record.d === 'out' ? (/^ask (.*)$/.exec(record.s)?.[1] as Request['kind']) : undefined;
    if (kind === undefined) return state;
    return { ...state, requests: [{ id: 'r', kind, subject: 'npm test', text: 'May I?', options: [] }] };
  },
  restart: (state) => ({ ...state, requests: [] }),
  next: () => [],
};
const rules: Rules = [{ kind: 'command', answer: 'allow' }];
const limited = { ...testTurn, limits: { ...testTurn.limits, ms: 10_000 } };
const protocol = turnProtocol(limited, thread, {
  rules,
  remarks: () => [],
  emit: () => undefined,
  price: (usage) => usage,
});

const out = (t: number, s: string): JournalRecord => ({ n: 1, t, d: 'out', s });
const answer = (t: number): JournalRecord => ({ n: 1, t, d: 'in', key: 'reply', s: 'yes' });
const goOn = (state: TurnState<Thread>, ...records: JournalRecord[]) =>
  records.reduce((before, record) => protocol.apply(before, record), state);
const after = (...records: JournalRecord[]) => goOn(protocol.initial, ...records);

describe('the time of a turn', () => {
  it('passes between what is said, by whomever', () => {
    expect(after(out(1_000, 'hello'), out(3_000, 'works'), answer(4_000)).workedMs).toBe(3_000);
  });

  it('does not pass while a person is asked', () => {
    const asked = after(out(1_000, 'hello'), out(3_000, 'ask question'));
    const answered = goOn(asked, answer(90_000), out(91_000, 'goes on'));
    expect(answered.workedMs).toBe(3_000);
    // Nor by what an agent says meanwhile.
    const chatting = goOn(asked, out(50_000, 'still here'), answer(90_000));
    expect(chatting.workedMs).toBe(2_000);
    expect(timeLeftMs(limited, asked, 90_000)).toBeNull();
    expect(timeLeftMs(limited, answered, 91_500)).toBe(6_500);
  });

  const jump = (t: number, clockMs: number): JournalRecord => ({ n: 1, t, d: 'note', s: 'a jump', clockMs });
  const hour = 3_600_000;

  it('does not pass by a clock that jumps, forward and back, in the middle of a turn', () => {
    const forward = after(out(1_000, 'hello'), jump(hour + 2_000, hour), out(hour + 3_000, 'works'));
    expect(forward.workedMs).toBe(2_000);
    expect(timeLeftMs(limited, forward, hour + 4_000)).toBe(7_000);
    const back = goOn(forward, jump(4_000, -hour), out(5_000, 'works'));
    expect(back.workedMs).toBe(4_000);
    expect(timeLeftMs(limited, back, 6_000)).toBe(5_000);
  });

  it('takes nothing back for a clock that jumps while a person is asked', () => {
    const asked = after(out(1_000, 'hello'), out(3_000, 'ask question'));
    const answered = goOn(asked, jump(hour + 4_000, hour), answer(hour + 5_000), out(hour + 6_000, 'on'));
    expect(answered.workedMs).toBe(3_000);
  });

  it('passes while the configuration answers', () => {
    expect(after(out(1_000, 'ask command'), answer(1_500)).workedMs).toBe(500);
  });

  it('goes on with the next program, and leaves out what was between them', () => {
    const cut = protocol.restart(after(out(1_000, 'hello'), out(3_000, 'ask question')));
    expect(timeLeftMs(limited, cut, 500_000)).toBe(8_000);
    const next = goOn(cut, out(600_000, 'here again'), out(601_000, 'works'));
    expect(next.workedMs).toBe(3_000);
  });

  it('is over although nothing is said', () => {
    const silent = after(out(1_000, 'hello'));
    expect(timeLeftMs(limited, silent, 6_000)).toBe(5_000);
    expect(timeLeftMs(limited, silent, 11_000)).toBe(0);
    expect(timeLeftMs(testTurn, silent, 11_000)).toBeNull();
  });
});
