import { describe, expect, it } from '@jest/globals';
import { parse, validate } from 'graphql';
import type { CallMeter } from '../../../../src/activities/github/meter.js';
import { prioritiesQuery } from '../../../../src/activities/tracker/github/field-priorities.js';
import { githubSchema } from '../../../support/github/graphql/schema.js';
import { useGitHub } from './world.js';

/** What a project does in an hour at the usual interval. */
const looks = 120;
const lookMs = 30_000;

describe('the issues of a repository on GitHub', () => {
  const world = useGitHub();

  async function openMany(issues: number, pulls: number): Promise<void> {
    for (let count = 0; count < issues; count += 1)
      world.shop.openIssue({ title: `Issue ${count}`, labels: ['bug'] });
    const head = await world.shop.push('topic', { 'a.txt': 'new\n' });
    for (let count = 0; count < pulls; count += 1) {
      await world.shop.state.git.updateRef(`refs/heads/topic-${count}`, head);
      await world.shop.openPullRequest({ title: `Pull ${count}`, head: `topic-${count}` });
    }
  }

  it('are read from all pages, and pull requests are none of them', async () => {
    await openMany(23, 4);
    const { issues } = await world.open({ pageSize: 10 }).fetchIssuesByStates(['open']);
    expect(issues.map(({ id }) => Number(id))).toEqual(Array.from({ length: 23 }, (_, at) => at + 1));
  });

  it('cost under 100 requests an hour while nothing changes, nearly all of them free of GitHub’s limit', async () => {
    await openMany(200, 50);
    const statuses: (number | null)[] = [];
    const meter: CallMeter = { called: (_, status) => statuses.push(status), remains: () => undefined };
    const tracker = world.open({ meter });
    const ids = Array.from({ length: 20 }, (_, at) => String(at + 1));
    const before = world.github.calls.length;
    for (let look = 0; look < looks; look += 1) {
      expect((await tracker.fetchIssuesByStates(['open'])).issues).toHaveLength(200);
      expect(await tracker.fetchIssuesByIds(ids)).toHaveLength(20);
      world.now += lookMs;
    }
    expect(world.github.calls.length - before).toBeLessThan(100);
    // The metric counts what GitHub has seen.
    expect(statuses).toHaveLength(world.github.calls.length - before);
    expect(statuses.filter((status) => status !== 304).length).toBeLessThan(10);
  });

  it('are seen to change: opened, edited, closed, opened again and deleted', async () => {
    await openMany(3, 0);
    const tracker = world.open();
    const titles = async () => {
      world.now += 60_000;
      return (await tracker.fetchIssuesByStates(['open'])).issues.map(({ title }) => title);
    };
    expect(await titles()).toEqual(['Issue 0', 'Issue 1', 'Issue 2']);
    world.shop.openIssue({ title: 'Issue 3' });
    world.shop.editIssue(1, { title: 'Other' });
    world.shop.closeIssue(2);
    expect(await titles()).toEqual(['Other', 'Issue 2', 'Issue 3']);
    world.shop.reopenIssue(2);
    expect(await titles()).toEqual(['Other', 'Issue 1', 'Issue 2', 'Issue 3']);
    // No list of changes has it; all are read again within half an hour.
    world.shop.deleteIssue(3);
    world.now += 30 * 60_000;
    expect(await titles()).toEqual(['Other', 'Issue 1', 'Issue 3']);
  });

  it('are read one by one without the list, as an agent’s tool does', async () => {
    await openMany(30, 0);
    const { desk } = world.open({ pageSize: 10 });
    const before = world.github.calls.length;
    expect((await desk.readNow('7'))?.identifier).toBe('GH-7');
    expect(world.github.calls.length - before).toBeLessThan(3);
  });

  it('are gone when they were moved to another repository', async () => {
    await openMany(2, 0);
    const other = await world.github.repository('acme/other');
    const tracker = world.open();
    await tracker.fetchIssuesByStates(['open']);
    world.shop.transferIssue(1, other);
    expect(await tracker.desk.readNow('1')).toBeNull();
    expect(await tracker.fetchIssuesByIds(['1', '2'])).toMatchObject([{ id: '2' }]);
  });

  it('are found after the repository was renamed', async () => {
    await openMany(2, 0);
    const tracker = world.open();
    await tracker.fetchIssuesByStates(['open']);
    world.shop.transfer({ name: 'store' });
    world.now += 60_000;
    expect((await tracker.fetchIssuesByStates(['open'])).issues).toHaveLength(2);
    expect((await world.open().desk.readNow('1'))?.title).toBe('Issue 0');
  });

  it('wait for sub-issues, and for issues of other repositories', async () => {
    const other = await world.github.repository('acme/other');
    for (const title of ['Whole', 'Part', 'Waits']) world.shop.openIssue({ title });
    world.shop.addSubIssue(1, world.shop.issue(2));
    world.shop.blockIssue(3, other.openIssue({ title: 'Elsewhere' }));
    const tracker = world.open();
    expect(await tracker.fetchIssuesByIds(['1', '3'])).toMatchObject([
      { dispatchable: false, blocked_by: [{ identifier: 'GH-2', state: 'open' }] },
      { dispatchable: false, blocked_by: [{ id: null, identifier: 'acme/other#1', state: 'open' }] },
    ]);
    world.shop.closeIssue(2);
    world.now += 60_000;
    expect(await tracker.fetchIssuesByIds(['1'])).toMatchObject([{ dispatchable: true }]);
  });

  it('have a priority by their labels, the most urgent one, and by those that are configured', async () => {
    world.shop.openIssue({ title: 'One', labels: ['P3', 'priority: high'] });
    world.shop.openIssue({ title: 'Two', labels: ['sev/1'] });
    const priorities = async (provider: string) =>
      (await world.open({ provider }).fetchIssuesByStates(['open'])).issues.map(({ priority }) => priority);
    expect(await priorities('')).toEqual([2, null]);
    expect(await priorities('priority_labels: { sev/1: 1 }')).toEqual([null, 1]);
  });

  it('have a priority by a field of the projects that they are in, which is stronger than labels', async () => {
    expect(validate(githubSchema(), parse(prioritiesQuery))).toEqual([]);
    world.shop.openIssue({ title: 'One', labels: ['P3'] });
    for (const title of ['Two', 'Three', 'Four']) world.shop.openIssue({ title });
    world.shop.addToProject(1, 'Board', { Urgency: '🏔 High' });
    world.shop.addToProject(2, 'Board', { Urgency: 'P1', Other: 'P4' });
    world.shop.addToProject(2, 'Another', { Urgency: 'P4' });
    world.shop.addToProject(3, 'Board', { Urgency: 4, Other: 'P1' });
    world.shop.addToProject(4, 'Board', { Urgency: 'Some day' });
    const tracker = world.open({ provider: 'priority_field: Urgency' });
    const priorities = async () =>
      (await tracker.fetchIssuesByStates(['open'])).issues.map(({ priority }) => priority);
    expect(await priorities()).toEqual([2, 1, 4, null]);
    world.shop.addToProject(1, 'Board', { Urgency: 'Low' });
    world.now += 60_000;
    expect(await priorities()).toEqual([2, 1, 4, null]);
    world.now += 4 * 60_000;
    expect(await priorities()).toEqual([4, 1, 4, null]);
    expect(world.github.calls.filter(({ path }) => path.endsWith('/graphql'))).toHaveLength(2);
  });

  it('are data, however long and hostile, by people who have left too', async () => {
    const body = '<script>`$(reboot)`</script> {{ issue }} @all \u0007 '
      .repeat(2_000)
      .slice(0, 65_536)
      .trim();
    world.shop.openIssue({ title: 'x'.repeat(256), body, by: 'leaver', assignees: ['leaver'] });
    world.github.deleteUser('leaver');
    const { issues, problems } = await world.open().fetchIssuesByStates(['open']);
    expect(problems).toEqual([]);
    expect(issues[0]?.description).toBe(body);
  });

  it('may have nobody and nothing where GitHub has lost it', async () => {
    const repository_url = `${world.github.apiUrl}/repos/acme/shop`;
    const lost = { user: null, assignees: [null], labels: [null, 'bug', { name: null }], body: null };
    world.shop.openIssue({ title: 'One' });
    const tracker = world.open();
    await tracker.fetchIssuesByStates(['open']);
    world.github.faults.add({
      match: { method: 'GET', path: /\/issues\/1$/ },
      status: 200,
      body: { number: 1, title: 'One', state: 'open', repository_url, ...lost },
    });
    expect(await tracker.desk.readNow('1')).toMatchObject({
      description: null,
      assignee_id: null,
      labels: ['bug'],
      created_at: null,
    });
  });
});
