import { describe, expect, it } from '@jest/globals';
import {
  backoffMs,
  compareIssues,
  isActive,
  isRoutable,
  nextAttempt,
  takeSlots,
} from '../../src/domain/policy.js';
import { testConfig, testIssue } from '../support/fake-ports.js';

const { tracker } = testConfig().view;

describe('an issue', () => {
  it('is active and not terminal without regard to case and spaces, and terminal comes first (CFG-08, DSP-01)', () => {
    const rules = { ...tracker, activeStates: ['Todo', 'Done'], terminalStates: ['done'] };
    expect([' TODO ', 'Done', 'Backlog'].map((state) => isActive(rules, state))).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('is routable by its labels and the word of the tracker alone (CFG-06, CFG-07, DSP-02)', () => {
    const rules = { ...tracker, requiredLabels: [' Ready ', 'ui'] };
    const issue = testIssue({ labels: ['ready', 'ui', 'x'], state: 'Backlog' });
    expect(isRoutable(rules, issue)).toBe(true);
    expect(isRoutable(rules, { ...issue, labels: ['ready'] })).toBe(false);
    expect(isRoutable(rules, { ...issue, dispatchable: false })).toBe(false);
    expect(isRoutable({ ...rules, requiredLabels: [' '] }, { ...issue, labels: [''] })).toBe(false);
  });
});

describe('the order of issues (DSP-03)', () => {
  it('is by priority 1 to 4, then all others, then the oldest, then by identifier', () => {
    const old = '2026-01-01T00:00:00.000Z';
    const ordered = [
      testIssue({ identifier: 'z', priority: 1 }),
      testIssue({ identifier: 'y', priority: 4 }),
      testIssue({ identifier: 'x', priority: 0, created_at: old }),
      testIssue({ identifier: 'w', priority: 9, created_at: '2026-01-02T00:00:00.000Z' }),
      testIssue({ identifier: 'B', priority: -1, created_at: null }),
      testIssue({ identifier: 'a', priority: null, created_at: null }),
      testIssue({ identifier: 'ä', priority: 5, created_at: null }),
    ];
    expect([...ordered].reverse().sort(compareIssues)).toEqual(ordered);
  });
});

describe('slots', () => {
  const limits = (maxConcurrent: number, maxConcurrentByState = {}) => ({
    ...testConfig().view.agent,
    maxConcurrent,
    maxConcurrentByState,
  });
  const inState = (...states: string[]) => states.map((state, id) => ({ state, id }));
  const taken = (...all: Parameters<typeof takeSlots<{ state: string; id: number }>>) =>
    takeSlots(...all).map(({ id }) => id);

  it('are the limit less what runs, and never less than none (DSP-04)', () => {
    expect(taken(limits(3), inState('Todo'), inState('Todo', 'Todo', 'Todo'))).toEqual([0, 1]);
    expect(taken(limits(1), inState('Todo', 'Todo'), inState('Todo'))).toEqual([]);
  });

  it('of a state that is full hold nobody else back (DSP-05, DSP-06)', () => {
    const byState = limits(5, { 'in review': 1 });
    const waiting = inState('IN REVIEW', 'Todo', 'In Review', 'Todo');
    expect(taken(byState, [], waiting)).toEqual([0, 1, 3]);
    expect(taken(byState, inState('in review '), waiting)).toEqual([1, 3]);
  });
});

describe('a retry', () => {
  it('comes after 10 s, doubled each time, up to the cap (CFG-18, RET-03)', () => {
    expect([1, 2, 3, 4, 5, 6, 50].map((attempt) => backoffMs(attempt, 300_000) / 1_000)).toEqual([
      10, 20, 40, 80, 160, 300, 300,
    ]);
  });

  it('is the attempt after the last one (RET-04)', () => {
    expect([nextAttempt(null), nextAttempt(1), nextAttempt(7)]).toEqual([1, 2, 8]);
  });
});
