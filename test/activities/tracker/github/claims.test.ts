import { describe, expect, it } from '@jest/globals';
import { holderOf } from '../../../../src/activities/tracker/holder.js';
import { useGitHub } from './world.js';

const ref = 'refs/continuo/claims/1';
const ours = holderOf({ cluster: 'one', namespace: 'default', project: 'shop' });
const theirs = holderOf({ cluster: 'another', namespace: 'default', project: 'shop' });

describe('a claim on GitHub', () => {
  const world = useGitHub();
  const labels = () => world.shop.issue(1).labels.map(({ name }) => name);
  const held = () => world.shop.state.git.ref(ref);
  const openIssue = () => world.shop.openIssue({ title: 'Fix it' });
  const read = async (desk: ReturnType<typeof world.open>['desk']) => {
    const issue = await desk.readNow('1');
    if (issue === null) throw new Error('the issue is there');
    return issue;
  };

  it('is seen by people, is had again by whoever has it, and refused to everybody else', async () => {
    openIssue();
    const { desk } = world.open();
    const issue = await read(desk);
    expect(await desk.claim(issue, ours)).toEqual({ kind: 'ours' });
    expect(labels()).toEqual(['continuo: working']);
    // As after a crash: by a worker that knows nothing.
    expect(await world.open().desk.claim(issue, ours)).toEqual({ kind: 'ours' });
    const refused = await world.open().desk.claim(issue, theirs);
    expect(refused).toEqual({
      kind: 'theirs',
      message: expect.stringContaining('GH-1 is claimed by the project shop of another orchestrator'),
    });
    expect(refused).toMatchObject({ message: expect.stringContaining(`git push <url> :${ref}`) });
  });

  it('is got by one of two that ask at the same moment', async () => {
    openIssue();
    const [one, other] = [world.open().desk, world.open().desk];
    const issue = await read(one);
    const verdicts = await Promise.all([one.claim(issue, ours), other.claim(issue, theirs)]);
    expect(verdicts.map(({ kind }) => kind).sort()).toEqual(['ours', 'theirs']);
  });

  it('is had where the answer to its making was lost', async () => {
    openIssue();
    const { desk } = world.open();
    const issue = await read(desk);
    world.github.faults.add({ match: { method: 'POST', path: /\/git\/refs$/ }, isAfter: true, reset: true });
    await expect(desk.claim(issue, ours)).rejects.toMatchObject({ category: 'tracker_request' });
    expect(await desk.claim(issue, theirs)).toMatchObject({ kind: 'theirs' });
    expect(await desk.claim(issue, ours)).toEqual({ kind: 'ours' });
    expect(labels()).toEqual(['continuo: working']);
  });

  it('is given back by its holder alone, as often as that is asked', async () => {
    openIssue();
    const { desk } = world.open();
    await desk.claim(await read(desk), ours);
    await desk.release('1', theirs);
    expect(await held()).not.toBeNull();
    expect(labels()).toEqual(['continuo: working']);
    await desk.release('1', ours);
    await desk.release('1', ours);
    expect(await held()).toBeNull();
    expect(labels()).toEqual([]);
    expect(await desk.claim(await read(desk), theirs)).toEqual({ kind: 'ours' });
  });

  it('of somebody unknown is nobody’s to overwrite', async () => {
    openIssue();
    const { desk } = world.open();
    const main = await world.shop.branch('main');
    await world.shop.state.git.updateRef(ref, main ?? '');
    expect(await desk.claim(await read(desk), ours)).toEqual({
      kind: 'theirs',
      message: expect.stringContaining('claimed by somebody else'),
    });
  });

  it('is shown by an assignee where that is configured, and is no label of the issue', async () => {
    openIssue();
    world.shop.permit('bot', 'write');
    const { desk } = world.open({ provider: 'claim_label: null\nclaim_assignee: bot' });
    await desk.claim(await read(desk), ours);
    expect(labels()).toEqual([]);
    expect((await read(desk)).assignee_id).toBe('bot');
    await desk.release('1', ours);
    expect((await read(desk)).assignee_id).toBeNull();
  });
});
