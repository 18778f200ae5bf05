import { describe, expect, it } from '@jest/globals';
import { formatSeconds, formatSpan, formatTime } from '../../src/client/time.js';

describe('formatSpan', () => {
  it.each([
    [-5, '0 s'],
    [999, '0 s'],
    [59_999, '59 s'],
    [125_000, '2 min 5 s'],
    [3_600_000, '1 h'],
    [3_605_000, '1 h'],
    [3 * 86_400_000 + 4 * 3_600_000 + 59_000, '3 d 4 h'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(formatSpan(ms)).toBe(text);
  });
});

describe('formatTime', () => {
  it('shows a text that is no time as it is', () => {
    expect(formatTime('soon')).toBe('soon');
    expect(formatTime('2026-01-31T13:05:09.123Z')).toMatch(/^2026-0[12]-\d\d \d\d:\d\d:09$/);
  });
});

describe('formatSeconds', () => {
  it('has one decimal', () => {
    expect(formatSeconds(1249)).toBe('1.2 s');
  });
});
