import { describe, expect, it } from '@jest/globals';
import { useGitHub } from './world.js';

describe('the status comment on GitHub', () => {
  const world = useGitHub();
  const bodies = (number = 1) =>
    world.shop.issue(number).comments.map(({ body }) => body.replace(/^<!--[^\n]*-->\n/, ''));
  const writes = () =>
    world.github.calls.filter(({ method }) => method === 'POST' || method === 'PATCH').length;

  it('is one for each issue, edited in place', async () => {
    for (const title of ['One', 'Two']) world.shop.openIssue({ title });
    const { desk } = world.open();
    await desk.tell('1', 'runs', 'shop');
    await desk.tell('2', 'waits', 'shop');
    await desk.tell('1', 'is done', 'shop');
    expect([bodies(1), bodies(2)]).toEqual([['is done'], ['waits']]);
  });

  it('is not written again when it says the same, whoever asks', async () => {
    world.shop.openIssue({ title: 'One' });
    const { desk } = world.open();
    await desk.tell('1', 'runs', 'shop');
    await desk.tell('1', 'runs', 'shop');
    await world.open().desk.tell('1', 'runs', 'shop');
    expect(writes()).toBe(1);
  });

  it('is found again after a crash, by a worker that knows nothing of it', async () => {
    world.shop.openIssue({ title: 'One' });
    world.shop.comment(1, 'please hurry');
    world.github.faults.add({ match: { method: 'POST', path: /\/comments$/ }, isAfter: true, reset: true });
    await expect(world.open().desk.tell('1', 'runs', 'shop')).rejects.toMatchObject({
      category: 'tracker_request',
      retryable: true,
    });
    await world.open().desk.tell('1', 'waits', 'shop');
    expect(bodies()).toEqual(['please hurry', 'waits']);
  });

  it('of another orchestrator stays as it is', async () => {
    world.shop.openIssue({ title: 'One' });
    await world.open().desk.tell('1', 'runs here', 'one');
    await world.open().desk.tell('1', 'runs there', 'other');
    expect(bodies()).toEqual(['runs here', 'runs there']);
  });

  it('comes anew when a person has deleted it', async () => {
    world.shop.openIssue({ title: 'One' });
    const { desk } = world.open();
    await desk.tell('1', 'runs', 'shop');
    world.shop.issue(1).comments.length = 0;
    await desk.tell('1', 'waits', 'shop');
    expect(bodies()).toEqual(['waits']);
  });

  it('is written no more when its issue was deleted', async () => {
    world.shop.openIssue({ title: 'One' });
    const { desk } = world.open();
    await desk.tell('1', 'runs', 'shop');
    world.shop.deleteIssue(1);
    await desk.tell('1', 'waits', 'shop');
    await world.open().desk.tell('1', 'waits', 'shop');
    expect(world.github.calls.slice(-2).map(({ status }) => status)).not.toContain(201);
  });

  it('is cut to what GitHub takes', async () => {
    world.shop.openIssue({ title: 'One' });
    const { desk } = world.open();
    await desk.tell('1', 'x'.repeat(100_000), 'shop');
    expect(bodies()[0]?.length).toBeLessThan(65_536);
  });
});

describe('what an agent may do with its issue on GitHub', () => {
  const world = useGitHub();
  const toolsOf = async () => {
    const tracker = world.open();
    const issue = await tracker.desk.readNow('1');
    const tools = tracker.tools?.({ issue: issue!, runPath: '/nowhere' }) ?? [];
    return (name: string, input: unknown, key = 'a') =>
      tools.find(({ declaration }) => declaration.name === name)!.call(input, key);
  };

  it('is reading it with its comments, of people who have left too, and not the status', async () => {
    world.shop.openIssue({ title: 'One', body: 'It fails.', by: 'ghost-to-be' });
    world.shop.comment(1, 'me too', { by: 'ghost-to-be' });
    world.github.deleteUser('ghost-to-be');
    await world.open().desk.tell('1', 'runs', 'shop');
    const text = JSON.stringify(await (await toolsOf())('read_issue', {}));
    expect(text).toContain('It fails.');
    expect(text).toContain('me too');
    expect(text).not.toContain('runs');
  });

  it('is commenting once for each call, however often that is repeated', async () => {
    world.shop.openIssue({ title: 'One' });
    const call = await toolsOf();
    world.github.faults.add({ match: { method: 'POST', path: /\/comments$/ }, isAfter: true, reset: true });
    await expect(call('comment', { text: 'half done' }, 'first')).rejects.toThrow('cannot be reached');
    await call('comment', { text: 'half done' }, 'first');
    await call('comment', { text: 'half done' }, 'second');
    expect(world.shop.issue(1).comments).toHaveLength(2);
  });

  it('is moving it to a state that is allowed', async () => {
    world.shop.openIssue({ title: 'One' });
    const call = await toolsOf();
    await call('transition', { state: 'closed' });
    expect(world.shop.issue(1).state).toBe('closed');
    const refused = await call('transition', { state: 'lost' });
    expect(JSON.stringify(refused)).toContain('not moved to lost');
  });
});
