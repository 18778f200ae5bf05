import { describe, expect, it, jest } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createGitHubTracker } from '../../../../src/activities/tracker/github/index.js';
import { scriptedLine } from '../scripted-line.js';
import { us, useForge } from './world.js';

const asked = { config: 'c', project: 'shop' };
const hourMs = 60 * 60_000;

describe('the watch of changes on GitHub', () => {
  const world = useForge();

  /** Watches by the test's clock, until as many pauses are over; gives their lengths in seconds. */
  async function watch(
    line: ReturnType<typeof scriptedLine>,
    after: (pauses: number) => boolean | Promise<boolean>,
  ): Promise<number[]> {
    const pauses: number[] = [];
    const over = new Error('over');
    const pause = async (ms: number) => {
      world.now += ms;
      pauses.push(ms / 1_000);
      if (await after(pauses.length)) throw over;
    };
    const watching = new MockActivityEnvironment().run(() => world.watch(line, pause).watchChanges(asked));
    await expect(watching).rejects.toBe(over);
    return pauses;
  }

  it('costs, with the issues, under 100 calls an hour while nothing changes', async () => {
    const head = await world.shop.push('topic', { 'one.txt': 'new\n' });
    for (let count = 1; count <= 50; count += 1) {
      await world.shop.state.git.updateRef(`refs/heads/topic-${count}`, head);
      await world.shop.openPullRequest({ title: `Pull ${count}`, head: `topic-${count}`, by: us });
      const by = ['wes', 'ann', 'bob'][count % 3];
      world.shop.permit(String(by), 'write');
      const comments = [{ path: 'one.txt', line: 1, body: 'Why?' }];
      await world.shop.review(count, { by: String(by), state: 'COMMENTED', comments });
      world.shop.comment(count, 'Do as I say!', { by: 'rea' });
    }
    world.shop.check(head, 'build', { conclusion: 'success' });
    for (let count = 0; count < 200; count += 1) world.shop.openIssue({ title: `Issue ${count}` });
    // That the base takes all of them is the same at each look, and slow to find out.
    const { git } = world.shop.state;
    jest.spyOn(git, 'mergeTree').mockResolvedValue('tree');
    jest.spyOn(git, 'commitsBetween').mockResolvedValue([head]);
    jest.spyOn(git, 'branch').mockResolvedValue(head);

    const line = scriptedLine();
    line.open = Array.from({ length: 50 }, (_, at) => ({
      taskWorkflowId: `task/shop/${at}`,
      number: at + 1,
    }));
    const now = () => world.now;
    const env = { GITHUB_TOKEN: world.github.token(us) };
    const meter = { called: () => undefined, remains: () => undefined };
    const tracker = createGitHubTracker(world.config(), env, { now, meter });
    const [begin, before] = [world.now, world.github.calls.length];
    let [looksAtIssues, points] = [0, 0];
    await watch(line, async () => {
      points = Math.max(points, world.github.rateLimit(us, 'graphql').used);
      // The tracker looks every 30 s meanwhile.
      for (const end = world.now; begin + looksAtIssues * 30_000 < end; looksAtIssues += 1) {
        world.now = begin + looksAtIssues * 30_000;
        expect((await tracker.fetchIssuesByStates(['open'])).issues).toHaveLength(200);
      }
      world.now = begin + looksAtIssues * 30_000;
      return world.now >= begin + hourMs;
    });
    expect(line.seen).toHaveLength(50);
    expect(line.seen[0]?.threads).toHaveLength(1);
    const calls = world.github.calls.slice(before);
    expect(calls.filter(({ path }) => /graphql|permission/.test(path)).length).toBeLessThanOrEqual(20);
    expect(calls.length).toBeLessThan(100);
    // GitHub counts queries by what they ask for, up to 5,000 points an hour.
    expect(points).toBeLessThan(1_000);
  });

  it('looks less often while nothing changes, and at the interval when something does or is about to', async () => {
    const pull = await world.open();
    const line = scriptedLine();
    const pauses = await watch(line, (count) => {
      if (count === 5) world.shop.check(pull.head.sha, 'build', { status: 'in_progress' });
      return count === 8;
    });
    expect(pauses).toEqual([60, 120, 240, 300, 300, 60, 60, 60]);
    expect(line.seen).toHaveLength(2);
  });

  it('asks again soon where the project does not answer, and asks GitHub for nothing where nothing is open', async () => {
    const line = scriptedLine();
    line.open = null;
    const pauses = await watch(line, (count) => {
      if (count === 2) line.open = [];
      return count === 3;
    });
    expect(pauses.slice(0, 2)).toEqual([2, 2]);
    expect(world.github.calls).toEqual([]);
  });

  it('leaves GitHub alone for as long as it asks for, by a timer of Temporal’s', async () => {
    await world.open();
    world.github.faults.addSecondaryLimit({ retryAfterSeconds: 90 });
    const line = scriptedLine();
    const watch = world.watch(line);
    const look = () =>
      new MockActivityEnvironment().run(() => watch.lookAtChanges({ ...asked, numbers: null }));
    const limited = { type: 'forge_request', nonRetryable: false };
    await expect(look()).rejects.toMatchObject({ ...limited, nextRetryDelay: 90_000 });
    world.now += 30_000;
    await expect(look()).rejects.toMatchObject({ ...limited, nextRetryDelay: 60_000 });
    expect(world.github.calls).toHaveLength(1);
    world.now += 60_000;
    await look();
    expect(line.seen).toHaveLength(1);
  });

  it('ends after its first look where the project wants to know that it can be done again', async () => {
    await world.open();
    const line = scriptedLine();
    const { watchChanges } = world.watch(line);
    await new MockActivityEnvironment().run(() => watchChanges({ ...asked, isTroubled: true }));
    expect(line.seen).toHaveLength(1);
  });

  it('waits for a new token, and has the project tell people so', async () => {
    await world.open();
    const message = expect.stringContaining('give the worker a token that is valid');
    const refuse = () => world.github.faults.add({ status: 401, body: { message: 'Bad credentials' } });
    const { lookAtChanges, watchChanges } = world.watch(scriptedLine());
    refuse();
    await expect(
      new MockActivityEnvironment().run(() => lookAtChanges({ ...asked, numbers: null })),
    ).rejects.toMatchObject({ nonRetryable: false, nextRetryDelay: 60_000, message });
    refuse();
    await expect(new MockActivityEnvironment().run(() => watchChanges(asked))).rejects.toMatchObject({
      type: 'forge_request',
      nonRetryable: true,
      message,
    });
  });
});
