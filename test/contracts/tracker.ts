import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TrackerError } from '../../src/activities/tracker/error.js';
import type { Tracker } from '../../src/activities/tracker/tracker.js';
import type { Issue } from '../../src/domain/issue.js';

/** An issue as a person writes it into the tracker. */
export interface WrittenIssue {
  identifier: string;
  title: string;
  state: string;
  description?: string;
  priority?: number;
  createdAt?: string;
  labels?: string[];
  /** Identifiers. */
  blockedBy?: string[];
  /** Makes the record's optional fields unusable, and nothing else. */
  brokenMetadata?: boolean;
}

/** A tracker with everything around it that a test has to reach. */
export interface TrackerWorld {
  tracker: Tracker;
  /** Names of an active and of a terminal state. */
  states: { active: string; otherActive: string; terminal: string };
  write(...issues: WrittenIssue[]): Promise<void>;
  /** A record with this identifier whose title is of the wrong type. */
  writeMalformed(identifier: string): Promise<void>;
  /** A record that can be used, where this tracker is not to look. */
  writeElsewhere(issue: WrittenIssue): Promise<void>;
  remove(identifier: string): Promise<void>;
  idOf(identifier: string): string;
  /** For a provider that gives identifiers itself: whose it is, and which one a name has got. */
  nameOf?(identifier: string): string;
  identifierOf?(name: string): string;
  /** Requests that reached the provider so far. */
  requests(): number;
  /** Makes every later request fail. */
  disconnect(): Promise<void>;
  /** The provider takes every later request, and answers none. The tracker waits for less than a second. */
  silence(): Promise<void>;
  /** What must never be in an issue or in a message. */
  secrets: string[];
  close(): Promise<void>;
}

/** Fields that every issue has, also where they are null or empty. */
const issueFields = [
  'id native_ref identifier title description priority state branch_name url assignee_id labels',
  'blocked_by dispatchable created_at updated_at scope acceptance source',
].flatMap((names) => names.split(' '));

/**
 * What every tracker does, whatever is behind it (SPEC 11). `isOurs`: the provider is the test's own, which may break its
 * records and its connection.
 */
export function trackerContract(
  name: string,
  open: () => Promise<TrackerWorld>,
  { isOurs = true } = {},
): void {
  const whereOurs = (tests: () => void) => {
    if (isOurs) tests();
    else describe.skip('with a provider of the test’s own', tests);
  };
  describe(`the ${name} tracker`, () => {
    let world: TrackerWorld;
    beforeEach(async () => {
      world = await open();
    });
    afterEach(() => world.close());

    const issue = (identifier: string, more: Partial<WrittenIssue> = {}): WrittenIssue => ({
      identifier,
      title: `Title of ${identifier}`,
      state: world.states.active,
      ...more,
    });
    const nameOf = ({ identifier }: Issue) => world.nameOf?.(identifier) ?? identifier;
    const identifierOf = (name: string) => world.identifierOf?.(name) ?? name;
    const identifiers = (issues: Issue[]) => issues.map(nameOf).sort();
    const byId = async (...names: string[]) =>
      world.tracker.fetchIssuesByIds(names.map((each) => world.idOf(each)));

    it('lists the issues in the states that are asked for, without regard to case (TRK-01, TRK-03, CFG-08)', async () => {
      const { active, otherActive, terminal } = world.states;
      await world.write(issue('a'), issue('b', { state: otherActive }), issue('c', { state: terminal }));
      const listed = async (...states: string[]) =>
        identifiers((await world.tracker.fetchIssuesByStates(states)).issues);
      expect(await listed(active)).toEqual(['a']);
      expect(await listed(` ${active.toUpperCase()} `, otherActive)).toEqual(['a', 'b']);
      expect(await listed(terminal)).toEqual(['c']);
      expect(await listed('no such state')).toEqual([]);
    });

    it('lists issues that must not be dispatched as well, and says so (TRK-04, ISS-11)', async () => {
      await world.write(issue('a'), issue('b', { blockedBy: ['a'] }));
      const { issues } = await world.tracker.fetchIssuesByStates([world.states.active]);
      expect(issues.map((each) => [nameOf(each), each.dispatchable]).sort()).toEqual([
        ['a', true],
        ['b', false],
      ]);
    });

    it('asks nothing of the provider for nothing (TRK-05)', async () => {
      await world.write(issue('a'));
      const before = world.requests();
      expect(await world.tracker.fetchIssuesByStates([])).toEqual({ issues: [], problems: [] });
      expect(await world.tracker.fetchIssuesByIds([])).toEqual([]);
      expect(world.requests()).toBe(before);
      await byId('a');
      expect(world.requests()).toBeGreaterThan(before);
    });

    it('refreshes whole issues, each once, and leaves out those that are gone (TRK-01, TRK-06)', async () => {
      await world.write(
        issue('a', { description: 'All of it.' }),
        issue('b', { state: world.states.terminal }),
        issue('c'),
      );
      await world.remove('c');
      const found = await byId('a', 'b', 'a', 'c');
      expect(identifiers(found)).toEqual(['a', 'b']);
      const { issues } = await world.tracker.fetchIssuesByStates([world.states.active]);
      const isA = (each: Issue) => nameOf(each) === 'a';
      expect(found.find(isA)).toEqual(issues.find(isA));
    });

    it('keeps the order of the provider (TRK-12)', async () => {
      await world.write(issue('a'), issue('b'), issue('c'), issue('d'));
      const { issues } = await world.tracker.fetchIssuesByStates([world.states.active]);
      expect(issues.map(nameOf)).toEqual(['a', 'b', 'c', 'd']);
    });

    it('gives each issue an identity and a name of its own (ISS-03, ISS-04)', async () => {
      await world.write(issue('a'), issue('b'));
      const { issues } = await world.tracker.fetchIssuesByStates([world.states.active]);
      expect(new Set(issues.map((each) => each.id)).size).toBe(2);
      expect(new Set(issues.map((each) => each.identifier)).size).toBe(2);
      expect((await world.tracker.fetchIssuesByIds(issues.map((each) => each.id))).length).toBe(2);
    });

    whereOurs(() => {
      it('keeps to its scope (TRK-02)', async () => {
        await world.write(issue('a'));
        await world.writeElsewhere(issue('b'));
        const { issues } = await world.tracker.fetchIssuesByStates([world.states.active]);
        expect(identifiers(issues)).toEqual(['a']);
        expect(identifiers(await byId('a', 'b'))).toEqual(['a']);
      });

      it('gives all or nothing, with a category (TRK-07, TRK-08)', async () => {
        await world.write(issue('a'));
        await world.disconnect();
        const list = () => world.tracker.fetchIssuesByStates([world.states.active]);
        for (const call of [list, () => byId('a')]) {
          const error = await call().catch((thrown: unknown) => thrown);
          expect(error).toBeInstanceOf(TrackerError);
          expect(error).toMatchObject({ category: 'tracker_request', retryable: true });
        }
      });

      it('gives up on a provider that never answers (TRK-13)', async () => {
        await world.write(issue('a'));
        await world.silence();
        await expect(byId('a')).rejects.toMatchObject({
          category: 'tracker_request',
          retryable: true,
          message: expect.stringContaining('has not answered within'),
        });
      });

      it('drops a malformed record from a list and reports it (TRK-09)', async () => {
        await world.write(issue('a'));
        await world.writeMalformed('b');
        const { issues, problems } = await world.tracker.fetchIssuesByStates([world.states.active]);
        expect(identifiers(issues)).toEqual(['a']);
        expect(problems).toHaveLength(1);
        expect(`${problems[0]!.where} ${problems[0]!.message}`).toMatch(
          new RegExp(`\\b${identifierOf('b')}\\b.*: found .*allowed: `),
        );
      });

      it('fails a refresh that asks for a malformed record, and no other (TRK-10)', async () => {
        await world.write(issue('a'));
        await world.writeMalformed('b');
        expect(identifiers(await byId('a'))).toEqual(['a']);
        await expect(byId('a', 'b')).rejects.toMatchObject({
          category: 'tracker_response',
          retryable: false,
          malformed: [world.idOf('b')],
        });
      });

      it('degrades broken metadata, and keeps the issue (TRK-11, ISS-08)', async () => {
        await world.write(issue('a', { brokenMetadata: true }));
        const [found] = await byId('a');
        expect(found).toMatchObject({
          identifier: identifierOf('a'),
          priority: null,
          created_at: null,
          labels: [],
        });
      });

      it('gives no secret away (ISS-12)', async () => {
        await world.write(issue('a'));
        const found = JSON.stringify(await byId('a'));
        await world.disconnect();
        const error = await byId('a').catch((thrown: unknown) => thrown);
        for (const secret of world.secrets) expect(`${found} ${String(error)}`).not.toContain(secret);
      });

      it('reads priority and dates (ISS-06, ISS-07)', async () => {
        await world.write(issue('a', { priority: 2, createdAt: '2026-01-02T04:04:05+01:00' }));
        expect((await byId('a'))[0]).toMatchObject({ priority: 2, created_at: '2026-01-02T03:04:05.000Z' });
      });
    });

    it('reads scope and acceptance criteria from the text', async () => {
      const description =
        'It fails.\n\n## Acceptance criteria\n\n- [ ] a test shows it\n\n## Scope\n\n- `src/**`\n';
      await world.write(issue('a', { description }));
      expect((await byId('a'))[0]).toMatchObject({ scope: ['src/**'], acceptance: ['a test shows it'] });
    });

    it('fills every field, as plain JSON (ISS-01, ISS-02, ISS-12)', async () => {
      await world.write(issue('a'));
      const [found] = await byId('a');
      expect(JSON.parse(JSON.stringify(found))).toEqual(found);
      expect(Object.keys(found!).sort()).toEqual([...issueFields].sort());
      for (const text of [found!.id, found!.identifier, found!.title, found!.state])
        expect(text).toMatch(/./);
      expect([found!.description, found!.labels, found!.blocked_by]).toEqual([null, [], []]);
      expect(found!.source).toBe('tracker');
    });

    it('normalizes labels, and keeps the spelling of the state (ISS-05, ISS-09)', async () => {
      await world.write(issue('a', { labels: [' Bug ', 'bug', 'UI', ''] }));
      const [found] = await byId('a');
      expect(found!.labels).toEqual(['bug', 'ui']);
      expect(found!.state).toBe(world.states.active);
    });

    it('names blockers with their state, and dispatches when they are finished (ISS-10)', async () => {
      await world.write(issue('a'), issue('b', { blockedBy: ['a'] }));
      const [waiting] = await byId('b');
      expect(waiting).toMatchObject({
        dispatchable: false,
        blocked_by: [{ id: world.idOf('a'), identifier: identifierOf('a'), state: world.states.active }],
      });
      await world.write(issue('a', { state: world.states.terminal }));
      expect((await byId('b'))[0]!.dispatchable).toBe(true);
    });

    it('finds an issue by its identifier, in any state', async () => {
      await world.write(issue('a', { state: world.states.terminal }));
      expect((await world.tracker.findIssue(identifierOf('a')))?.id).toBe(world.idOf('a'));
      expect(await world.tracker.findIssue('nobody')).toBeNull();
    });
  });
}
