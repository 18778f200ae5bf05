import { describe, expect, it } from '@jest/globals';
import { dateAt, isTimeZone, nextDay } from '../../src/domain/calendar.js';

const at = (time: string) => Date.parse(time);
const nextDayOf = (zone: string, time: string) => new Date(nextDay(zone, at(time))).toISOString();

describe('days of a time zone', () => {
  it.each([
    ['UTC', '2026-11-27T23:59:59.999Z', '2026-11-27'],
    ['Europe/Berlin', '2026-11-27T23:30:00Z', '2026-11-28'],
    ['America/New_York', '2026-11-28T04:59:59Z', '2026-11-27'],
    ['Pacific/Kiritimati', '2026-12-31T10:00:00Z', '2027-01-01'],
  ])('has the date of %s at %s', (zone, time, date) => {
    expect(dateAt(zone, at(time))).toBe(date);
  });

  it.each([
    ['UTC', '2026-11-27T04:31:30Z', '2026-11-28T00:00:00.000Z'],
    ['UTC', '2026-11-27T00:00:00Z', '2026-11-28T00:00:00.000Z'],
    ['Asia/Kolkata', '2026-11-27T04:31:30Z', '2026-11-27T18:30:00.000Z'],
    // 23 and 25 hours.
    ['Europe/Berlin', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00.000Z'],
    ['Europe/Berlin', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00.000Z'],
    // Clocks go forward at midnight itself: the day begins at 1 o'clock.
    ['Africa/Cairo', '2026-04-23T12:00:00Z', '2026-04-23T22:00:00.000Z'],
  ])('begins the next day of %s after %s', (zone, time, next) => {
    expect(nextDayOf(zone, time)).toBe(next);
  });

  it('knows what is a time zone', () => {
    const names = ['UTC', 'Europe/Berlin', 'Mars/Base', '+01:00', ''];
    expect(names.filter(isTimeZone)).toEqual(['UTC', 'Europe/Berlin']);
  });
});
