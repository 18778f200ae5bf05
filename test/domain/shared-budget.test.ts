import { describe, expect, it } from '@jest/globals';
import type { SharedLimits } from '../../src/domain/shared-budget.js';
import {
  countReport,
  leftForAll,
  newSharedSpending,
  raisedIn,
  spendingIn,
  spentIn,
} from '../../src/domain/shared-budget.js';
import type { Usage } from '../../src/domain/usage.js';
import { noUsage } from '../../src/domain/usage.js';

const limits: SharedLimits = {
  day: { usd: 2, minutes: 10 },
  project: { tokens: 500 },
  timeZone: 'Europe/Berlin',
};
const noon = Date.parse('2026-11-27T11:00:00Z');
const lateEvening = Date.parse('2026-11-27T23:30:00Z');
const spent = (totalTokens: number, costUsd: number | null, turns = 1): Usage => ({
  ...noUsage,
  turns,
  totalTokens,
  costUsd,
  agentMs: 60_000 * turns,
});

describe('what all tasks share', () => {
  it('counts what a task repeats once, and what it adds', () => {
    const spending = newSharedSpending();
    const first = spent(100, 0.5);
    const more = spent(250, 1.5, 2);
    for (const [counted, reported] of [
      [noUsage, first],
      [first, first],
      [first, more],
      [more, more],
    ] as const)
      countReport(spending, limits, noon, { counted, reported });
    expect(spendingIn(spending, 'day', limits, noon).usage).toEqual(more);
    expect(spendingIn(spending, 'project', limits, noon).usage).toEqual(more);
  });

  it('gives each day its own, by its time zone', () => {
    const spending = newSharedSpending();
    countReport(spending, limits, noon, { counted: noUsage, reported: spent(100, 2) });
    countReport(spending, limits, lateEvening, { counted: spent(100, 2), reported: spent(150, 3, 2) });
    expect(spending.days.map(({ date, usage }) => [date, usage.costUsd])).toEqual([
      ['2026-11-27', 2],
      ['2026-11-28', 1],
    ]);
    expect(spentIn(spending, 'day', limits, noon)).toMatchObject({
      scope: 'day',
      of: 'usd',
      spent: 2,
      limit: 2,
    });
    expect(spentIn(spending, 'day', limits, lateEvening)).toBeNull();
    expect(leftForAll(spending, limits, lateEvening)).toEqual({ usd: 1, tokens: 350, ms: 9 * 60_000 });
  });

  it('counts what an unknown task had spent before for the project, and for no day', () => {
    const spending = newSharedSpending();
    countReport(spending, limits, noon, { counted: undefined, reported: spent(400, 9, 8) });
    expect(spending.days).toEqual([]);
    expect(spending.project.usage.totalTokens).toBe(400);
  });

  it('raises the limits of a day for that day alone', () => {
    const spending = newSharedSpending();
    raisedIn(spending, 'day', limits, noon).usd = 5;
    raisedIn(spending, 'project', limits, noon).tokens = 600;
    expect(leftForAll(spending, limits, noon)).toMatchObject({ usd: 5, tokens: 600 });
    expect(leftForAll(spending, limits, lateEvening)).toMatchObject({ usd: 2, tokens: 600 });
  });

  it('keeps fifty days', () => {
    const spending = newSharedSpending();
    for (let day = 0; day < 60; day += 1)
      countReport(spending, limits, noon + day * 86_400_000, { counted: noUsage, reported: spent(1, 0) });
    expect(spending.days).toHaveLength(50);
    expect(spending.project.usage.totalTokens).toBe(60);
  });
});
