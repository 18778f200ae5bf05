import { describe, expect, it } from '@jest/globals';
import { TrackerError } from '../../../src/activities/tracker/error.js';
import { createPacing } from '../../../src/activities/tracker/pauses.js';
import type { Tracker } from '../../../src/activities/tracker/tracker.js';

const down = new TrackerError('tracker_request', 'the tracker cannot be reached');
const hourMs = 3_600_000;

/** A clock that stands still, and a tracker that fails as it is told, or answers with nothing. */
function stage() {
  const world = { now: Date.parse('2026-01-01T00:00:00Z'), fails: null as TrackerError | null, requests: 0 };
  const answer = <T>(value: T): Promise<T> => {
    world.requests += 1;
    return world.fails === null ? Promise.resolve(value) : Promise.reject(world.fails);
  };
  const tracker: Tracker = {
    fetchIssuesByStates: () => answer({ issues: [], problems: [] }),
    fetchIssuesByIds: () => answer([]),
    findIssue: () => answer(null),
  };
  const pacing = createPacing(() => world.now);
  return { world, pacing, tracker, paced: pacing('hash', tracker) };
}

const ask = (tracker: Tracker) => tracker.fetchIssuesByIds(['a']);
const failureOf = (tracker: Tracker) =>
  ask(tracker).then(
    () => null,
    (error: unknown) => error as TrackerError,
  );

describe('a tracker that is down for an hour', () => {
  it('is asked less and less often, at most every 20 s, and at once when it is back', async () => {
    const { world, paced } = stage();
    world.fails = down;
    const asked: number[] = [];
    for (let second = 0; second < 3_600; second += 1) {
      const before = world.requests;
      expect(await failureOf(paced)).toBe(down);
      if (world.requests > before) asked.push(second);
      world.now += 1_000;
    }
    expect(asked.slice(0, 8)).toEqual([0, 1, 3, 7, 15, 31, 51, 71]);
    expect(asked.length).toBeLessThan(190);

    world.fails = null;
    world.now += 20_000;
    expect(await failureOf(paced)).toBeNull();
    world.fails = down;
    await failureOf(paced);
    world.now += 1_000;
    world.fails = null;
    expect(await failureOf(paced)).toBeNull();
  });

  it('counts calls that fail together once', async () => {
    const { world, paced } = stage();
    world.fails = down;
    await Promise.all([failureOf(paced), failureOf(paced), failureOf(paced)]);
    world.now += 1_000;
    const before = world.requests;
    await failureOf(paced);
    expect(world.requests).toBe(before + 1);
  });
});

describe('a tracker that was asked too often (TRK-16)', () => {
  it('is left alone for as long as it says, by whoever asks, and the message says until when', async () => {
    const { world, pacing, tracker, paced } = stage();
    world.fails = new TrackerError('tracker_rate_limited', 'asked too often', { retryAfterMs: hourMs });
    const first = await failureOf(paced);
    expect(first).toMatchObject({
      category: 'tracker_rate_limited',
      retryable: true,
      retryAfterMs: hourMs,
      message: 'asked too often; it is asked again at 2026-01-01T01:00:00.000Z',
    });
    world.now += hourMs - 1;
    for (const other of [paced, pacing('hash', tracker)]) {
      expect(await failureOf(other)).toMatchObject({ message: first?.message, retryAfterMs: 1 });
      await expect(other.findIssue('a')).rejects.toThrow('asked too often');
      await expect(other.fetchIssuesByStates(['Todo'])).rejects.toThrow('asked too often');
    }
    expect(world.requests).toBe(1);

    world.now += 1;
    world.fails = null;
    expect(await failureOf(paced)).toBeNull();
  });

  it('is left alone for a minute when it does not say, and for a day at most', async () => {
    const { world, paced } = stage();
    world.fails = new TrackerError('tracker_rate_limited', 'x');
    expect(await failureOf(paced)).toMatchObject({ retryAfterMs: 60_000 });
    world.now += 60_000;
    world.fails = new TrackerError('tracker_rate_limited', 'x', { retryAfterMs: 1e300 });
    expect(await failureOf(paced)).toMatchObject({ retryAfterMs: 24 * hourMs });
    expect(new TrackerError('tracker_status', 'x', { retryAfterMs: Number.NaN }).retryAfterMs).toBeNull();
  });
});

describe('what is written to a tracker', () => {
  it('waits as what is read does, and says as much of the tracker', async () => {
    const { world, pacing, tracker } = stage();
    const tell = () => tracker.findIssue('a').then(() => undefined);
    const unused = () => Promise.reject(new Error('not to be called'));
    const desk = { readNow: unused, claim: unused, release: unused, tell, move: unused };
    const paced = pacing('hash', { ...tracker, desk });
    world.fails = new TrackerError('tracker_rate_limited', 'asked too often', { retryAfterMs: hourMs });
    await expect(paced.desk?.tell('a', 'x', 'k')).rejects.toThrow('asked too often');
    expect(await failureOf(paced)).toMatchObject({ retryAfterMs: hourMs });
    await expect(paced.desk?.tell('a', 'x', 'k')).rejects.toThrow('asked too often');
    expect(world.requests).toBe(1);
  });
});

describe('a pause', () => {
  it('ends when the clock is set back, and does not last until it has caught up', async () => {
    const { world, paced } = stage();
    world.fails = down;
    await failureOf(paced);
    world.now -= hourMs;
    world.fails = null;
    expect(await failureOf(paced)).toBeNull();
    expect(world.requests).toBe(2);
  });

  it('does not concern another configuration, nor calls that ask for nothing', async () => {
    const { world, pacing, tracker, paced } = stage();
    world.fails = down;
    await failureOf(paced);
    world.fails = null;
    expect(await failureOf(pacing('other', tracker))).toBeNull();
    expect(await paced.fetchIssuesByIds([])).toEqual([]);
    // They reach no provider, so they say nothing about it.
    expect(await failureOf(paced)).toBe(down);
  });

  it('is none after a failure that no repetition mends', async () => {
    const { world, paced } = stage();
    world.fails = new TrackerError('tracker_response', 'a is malformed', { malformed: ['a'] });
    await failureOf(paced);
    world.fails = null;
    expect(await failureOf(paced)).toBeNull();
  });
});
