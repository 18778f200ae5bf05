import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TrackerError } from '../../src/activities/tracker/error.js';
import type { TrackerErrorCategory } from '../../src/activities/tracker/error.js';
import type { TrackerWorld } from './tracker.js';

/** What can be wrong with one answer of a provider. */
export type BadAnswer =
  | 'not json'
  | 'no page'
  | 'status 500'
  | 'status 400'
  | 'cut off'
  | 'rate limited'
  | 'no access'
  | 'endless pages';

/** The world of a tracker that is asked over a network, by pages. */
export interface RemoteTrackerWorld extends TrackerWorld {
  pageSize: number;
  /** Gives a bad answer to a later request: the first one is 0. */
  spoil(request: number, answer: BadAnswer): void;
  /** How long it is to be left alone, in what it says of being asked too often. */
  retryAfterMs: number;
  /** Sends, beside what is asked for, each record twice, and those of all other states and ids. */
  sendTooMuch(): void;
}

/** What every tracker does that is behind a network, beside what all do (SPEC 11). */
export function remoteTrackerContract(name: string, open: () => Promise<RemoteTrackerWorld>): void {
  describe(`the ${name} tracker behind a network`, () => {
    let world: RemoteTrackerWorld;
    let written: string[];
    beforeEach(async () => {
      world = await open();
      written = Array.from({ length: 2 * world.pageSize + 1 }, (_, index) => `issue-${index}`);
      const state = world.states.active;
      for (const identifier of written) await world.write({ identifier, title: `Do ${identifier}`, state });
    });
    afterEach(() => world.close());

    const list = async () => (await world.tracker.fetchIssuesByStates([world.states.active])).issues;
    const refresh = () => world.tracker.fetchIssuesByIds(written.map((each) => world.idOf(each)));
    const failureOf = async (call: () => Promise<unknown>): Promise<TrackerError> => {
      const error = await call().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(TrackerError);
      return error as TrackerError;
    };

    it('reads all pages, in their order (TRK-02, TRK-12)', async () => {
      expect((await list()).map((issue) => issue.identifier)).toEqual(written);
      expect((await refresh()).map((issue) => issue.identifier).sort()).toEqual([...written].sort());
    });

    it('gives nothing of a list or a refresh whose last page fails (TRK-08)', async () => {
      for (const call of [list, refresh]) {
        world.spoil(2, 'status 500');
        expect((await failureOf(call)).category).toBe('tracker_status');
        expect(await call()).toHaveLength(written.length);
      }
    });

    it.each<[BadAnswer, TrackerErrorCategory, boolean]>([
      ['cut off', 'tracker_request', true],
      ['status 500', 'tracker_status', true],
      ['status 400', 'tracker_status', false],
      ['not json', 'tracker_response', true],
      ['no page', 'tracker_response', true],
      ['endless pages', 'tracker_pagination', true],
      ['rate limited', 'tracker_rate_limited', true],
      ['no access', 'missing_tracker_secret', true],
    ])('calls an answer that is %s a %s (TRK-07, TRK-16)', async (answer, category, retryable) => {
      world.spoil(0, answer);
      const error = await failureOf(list);
      expect(error).toMatchObject({ category, retryable });
      for (const secret of world.secrets) expect(error.message).not.toContain(secret);
    });

    it('hands on for how long it is to be left alone (TRK-16)', async () => {
      world.spoil(0, 'rate limited');
      expect((await failureOf(list)).retryAfterMs).toBe(world.retryAfterMs);
    });

    it('keeps to what was asked for when it is sent more (TRK-06)', async () => {
      await world.write({ identifier: 'done', title: 'Did it', state: world.states.terminal });
      world.sendTooMuch();
      expect((await list()).map((issue) => issue.identifier)).toEqual(written);
      const found = await world.tracker.fetchIssuesByIds([world.idOf('done')]);
      expect(found.map((issue) => issue.identifier)).toEqual(['done']);
    });
  });
}
