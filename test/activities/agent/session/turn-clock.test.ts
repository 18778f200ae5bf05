import { afterEach, expect, it, jest } from '@jest/globals';
import { createTurnClock } from '../../../../src/activities/agent/session/turn-clock.js';

const hour = 3_600_000;

afterEach(() => {
  jest.restoreAllMocks();
});

it('follows no jump of the wall clock until the next record', () => {
  const real = Date.now();
  const wall = jest.spyOn(Date, 'now').mockReturnValue(real);
  const clock = createTurnClock();
  expect(clock(real)).toBeGreaterThanOrEqual(real);
  wall.mockReturnValue(real + hour);
  expect(clock(real)).toBeLessThan(real + hour / 2);
  wall.mockReturnValue(real - hour);
  expect(clock(real)).toBeGreaterThanOrEqual(real);
  wall.mockReturnValue(real + hour);
  expect(clock(real + hour)).toBeGreaterThanOrEqual(real + hour);
});
