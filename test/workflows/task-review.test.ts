import { describe, expect, it } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { noTurnUsage } from '../../src/domain/usage.js';
import * as messages from '../../src/workflows/messages.js';
import { raised, reviewed, unusable } from '../support/findings.js';
import { completedTurn, testConfig, testSha } from '../support/fake-ports.js';
import { decide, said } from '../support/people.js';
import type { Rig } from '../support/workflow-rig.js';
import { useRig } from '../support/workflow-rig.js';

type Handle = Awaited<ReturnType<Rig['start']>>;

const config = testConfig({ agents: ['bugs'] });
const spent = (totalTokens: number) => ({ ...noTurnUsage, totalTokens });
const denying = (reason: string) =>
  completedTurn('it is right as it is', { refuted: [{ id: 'f1', reason }], problem: null });

describe('review by agents', () => {
  const { rig, ports } = useRig();

  const waitsForPerson = (handle: Handle, round: number) =>
    rig.until(handle, (status) => status.waiting?.kind === 'decision' && status.round === round);
  const reasonsOf = ({ waiting }: Awaited<ReturnType<Rig['until']>>) =>
    waiting?.kind === 'decision' ? waiting.reasons : [];
  const reviewersAsked = () =>
    ports
      .inputs('review')
      .map(({ reviewer }) => reviewer)
      .sort();
  const resolutions = async (handle: Handle) =>
    (await rig.state(handle)).findings.map(({ id, resolution }) => [id, resolution.kind]);

  it('asks every reviewer at the same time in the slot of the task, and lands what none blocks', async () => {
    const both = testConfig({ agents: ['bugs', 'style'] });
    let arrived = 0;
    let goOn: () => void = () => undefined;
    const gate = new Promise<void>((open) => (goOn = open));
    ports.usually('review', async () => {
      arrived += 1;
      await gate;
      return reviewed(raised({ severity: 'warning' }));
    });
    const handle = await rig.start({ config: both });
    const seen = await rig.until(handle, () => arrived === 2);
    expect(seen).toMatchObject({ phase: 'review', waiting: null });
    expect((await rig.state(handle)).slot).toBe('held');

    goOn();
    expect((await handle.result()).outcome).toBe('done');
    const asked = { sha: testSha(1), baseSha: 'base', round: 1, checks: [{ kind: 'passed' }] };
    const inputs = ports.inputs('review').sort((one, other) => one.reviewer.localeCompare(other.reviewer));
    expect(inputs).toMatchObject([
      { ...asked, reviewer: 'bugs' },
      { ...asked, reviewer: 'style' },
    ]);
    expect((await rig.state(handle)).findings).toMatchObject([{ id: 'f1', sources: ['bugs', 'style'] }]);
  });

  it('gives what blocks back to the agent, and knows it as fixed on the next commit', async () => {
    ports.next('review', reviewed(raised(), raised({ id: 'f2', severity: 'note', claim: 'Odd name' })));
    const handle = await rig.start({ config });
    expect((await handle.result()).outcome).toBe('done');
    const [, second] = ports.inputs('runTurn');
    expect(second).toMatchObject({ round: 2, feedback: [{ kind: 'findings', sha: testSha(1) }] });
    const [feedback] = second!.feedback;
    expect(feedback?.kind === 'findings' && feedback.findings.map(({ id }) => id)).toEqual(['f1']);
    expect(ports.inputs('review')[1]).toMatchObject({ round: 2, earlier: [{ id: 'f1' }, { id: 'f2' }] });
    expect((await rig.state(handle)).findings[0]?.resolution).toEqual({ kind: 'fixed', sha: testSha(2) });
  });

  it('lets a person decide after so many rounds, who takes what is open with the change', async () => {
    ports.usually('review', () => reviewed(raised()));
    const handle = await rig.start({ config: testConfig({ agents: ['bugs'], maxReviewRounds: 2 }) });
    const waiting = await waitsForPerson(handle, 3);
    expect(reasonsOf(waiting)).toEqual([
      'blocking finding f1 of bugs at src/sum.ts:3: The sum leaves out the last number',
    ]);
    expect((await rig.state(handle)).slot).toBe('none');

    await decide(handle, 'approve', testSha(3), 3);
    expect((await handle.result()).outcome).toBe('done');
    const [finding] = (await rig.state(handle)).findings;
    expect(finding?.resolution).toMatchObject({ kind: 'accepted', by: 'ann' });
  });

  it('sends what is open along when a person asks for changes, and counts the rounds anew', async () => {
    ports.usually('review', () => reviewed(raised()));
    const one = testConfig({ agents: ['bugs'], maxReviewRounds: 1 });
    const handle = await rig.start({ config: one });
    const slots = rig.grantSlots(handle, one);
    await waitsForPerson(handle, 2);
    await decide(handle, 'request_changes', testSha(2), 2);
    await waitsForPerson(handle, 4);
    const [, , third] = ports.inputs('runTurn');
    expect(third?.feedback).toMatchObject([
      { kind: 'findings', findings: [{ id: 'f1' }] },
      { kind: 'changes', by: 'ann' },
    ]);
    await slots.stop();
  });

  it('never takes a review that failed for an approval', async () => {
    const both = testConfig({ agents: ['bugs', 'style'] });
    ports.usually('review', ({ reviewer }) => (reviewer === 'bugs' ? unusable('no JSON') : reviewed()));
    const handle = await rig.start({ config: both });
    const waiting = await waitsForPerson(handle, 1);
    expect(reasonsOf(waiting)).toEqual(['reviewer bugs gave no usable review: no JSON']);
    expect(waiting.reviews).toEqual([
      { reviewer: 'bugs', sha: testSha(1), round: 1, problem: 'no JSON' },
      { reviewer: 'style', sha: testSha(1), round: 1, problem: null },
    ]);
    expect(ports.inputs('merge')).toHaveLength(0);
    await decide(handle, 'approve', testSha(1), 1);
    expect((await handle.result()).outcome).toBe('done');
  });

  it('keeps a finding open while the reviewer that raised it gives no usable review', async () => {
    ports.next('review', reviewed(raised()), unusable('exit code 1'));
    const handle = await rig.start({ config: testConfig({ agents: ['bugs'], maxReviewRounds: 1 }) });
    const waiting = await waitsForPerson(handle, 2);
    expect(reasonsOf(waiting)).toHaveLength(2);
    expect(await resolutions(handle)).toEqual([['f1', 'open']]);
  });

  it('lets the agent deny a finding with a reason, which stands when it is not raised again', async () => {
    ports.next('review', reviewed(raised()));
    ports.next('runTurn', completedTurn('did it'), denying('It is added at the end.'));
    const handle = await rig.start({ config });
    expect((await handle.result()).outcome).toBe('done');
    const [finding] = (await rig.state(handle)).findings;
    expect(finding?.resolution).toEqual({ kind: 'refuted', reason: 'It is added at the end.' });
  });

  it('asks a person when a finding that was denied is raised again', async () => {
    ports.usually('review', () => reviewed(raised()));
    ports.next('runTurn', completedTurn('did it'), denying('It is added at the end.'));
    const handle = await rig.start({ config });
    const waiting = await waitsForPerson(handle, 2);
    expect(reasonsOf(waiting)[0]).toContain('the agent denies it: It is added at the end.');
    expect(ports.inputs('runTurn')).toHaveLength(2);
  });

  it('fixes nothing by a turn that changes nothing', async () => {
    ports.next('review', reviewed(raised()));
    const same = { kind: 'unchanged' as const, sha: testSha(1), risks: [], notes: [] };
    const committed = { kind: 'committed' as const, sha: testSha(1), files: [], risks: [], notes: [] };
    ports.next('checkpoint', committed, same, same);
    const handle = await rig.start({ config });
    await waitsForPerson(handle, 3);
    expect(await resolutions(handle)).toEqual([['f1', 'open']]);
  });

  it('is not blocked by what does not hold, and shows it', async () => {
    ports.next('review', reviewed(raised({ severity: 'note', doubt: 'there is no line 3' })));
    const handle = await rig.start({ config });
    expect((await handle.result()).outcome).toBe('done');
    expect((await rig.state(handle)).findings).toMatchObject([{ doubt: 'there is no line 3' }]);
  });

  it('records why the answers of the agent could not be taken', async () => {
    const answers = { refuted: [], problem: 'findings.json is no JSON' };
    ports.next('runTurn', completedTurn('did it', answers));
    const handle = await rig.start({ config });
    await handle.result();
    const { history } = await rig.state(handle);
    expect(history.map((entry) => entry.note)).toContainEqual(
      expect.stringContaining('findings.json is no JSON'),
    );
  });

  it('parks the task when a review cannot be made at all, and asks only who has not answered on a retry', async () => {
    const both = testConfig({ agents: ['bugs', 'style'] });
    const lost = ApplicationFailure.nonRetryable('no disk');
    let broken = true;
    ports.usually('review', ({ reviewer }) => {
      if (reviewer === 'style' && broken) throw lost;
      return reviewed();
    });
    const handle = await rig.start({ config: both });
    const parked = await rig.until(handle, (status) => status.waiting?.kind === 'retry');
    expect(parked.lastError?.message).toContain('no disk');
    broken = false;
    const slots = rig.grantSlots(handle, both);
    await handle.executeUpdate(messages.retryUpdate, { args: [said()] });
    expect((await handle.result()).outcome).toBe('done');
    await slots.stop();
    expect(reviewersAsked()).toEqual(['bugs', 'style', 'style']);
  });

  it('drops what only a reviewer has raised that the configuration does not know any more, and says so', async () => {
    const renamed = testConfig({ agents: ['errors'] });
    ports.next('review', reviewed(raised()));
    const handle = await rig.start({ config: testConfig({ agents: ['bugs'], maxReviewRounds: 0 }) });
    await waitsForPerson(handle, 1);
    const slots = rig.grantSlots(handle, renamed);
    await decide(handle, 'request_changes', testSha(1), 1);
    // Nobody has to decide about it.
    expect((await handle.result()).outcome).toBe('done');
    await slots.stop();
    expect(await resolutions(handle)).toEqual([['f1', 'dropped']]);
    expect(ports.inputs('review').at(-1)).toMatchObject({
      reviewer: 'errors',
      earlier: [{ id: 'f1', resolution: { kind: 'dropped' } }],
    });
    const { history } = await rig.state(handle);
    expect(history.map(({ note }) => note)).toContain(
      'finding f1 is dropped: nobody reviews it any more: bugs is not in the configuration',
    );
  });

  it('counts what reviewers spend, and gives each an equal share of what is left', async () => {
    // The turn has taken 15 tokens and a second of it.
    const both = testConfig({ agents: ['bugs', 'style'], limits: { tokens: 10_000, usd: 3, minutes: 2 } });
    ports.usually('review', () => ({ ...reviewed(), usage: spent(1_000) }));
    const handle = await rig.start({ config: both });
    expect((await handle.result()).outcome).toBe('done');
    const limits = { tokens: 4_992, usd: 1.5, ms: 59_500 };
    expect(ports.inputs('review')).toMatchObject([{ limits }, { limits }]);
    expect((await rig.state(handle)).usage).toMatchObject({ turns: 1, totalTokens: 2_015 });
  });

  it('waits for the quota of a reviewer without a slot, and asks that one again', async () => {
    const both = testConfig({ agents: ['bugs', 'style'] });
    const until = new Date(Date.now() + 3_600_000).toISOString();
    let isUsedUp = true;
    ports.usually('review', ({ reviewer }) =>
      reviewer === 'style' && isUsedUp
        ? { kind: 'quota', until, message: 'limit reached', credential: 'claude/inherit', usage: spent(10) }
        : reviewed(),
    );
    const handle = await rig.start({ config: both });
    const waiting = await rig.until(handle, (status) => status.waiting?.kind === 'backoff');
    expect(waiting).toMatchObject({ phase: 'review', waiting: { error: 'limit reached' } });
    expect((await rig.state(handle)).slot).toBe('none');

    isUsedUp = false;
    const slots = rig.grantSlots(handle, both);
    await handle.executeUpdate(messages.retryUpdate, { args: [said()] });
    expect((await handle.result()).outcome).toBe('done');
    await slots.stop();
    expect(reviewersAsked()).toEqual(['bugs', 'style', 'style']);
    expect(ports.inputs('runTurn')).toHaveLength(1);
  });

  it('waits for a larger budget where a reviewer has used up the rest, and asks it again', async () => {
    const tight = testConfig({ agents: ['bugs'], limits: { tokens: 1_000 } });
    ports.next('review', { kind: 'limit', message: 'no more is left', usage: spent(1_000) });
    const handle = await rig.start({ config: tight });
    const waiting = await rig.until(handle, (status) => status.waiting?.kind === 'budget');
    expect(waiting).toMatchObject({ phase: 'review', waiting: { of: 'tokens', spent: 1_015 } });

    const slots = rig.grantSlots(handle, tight);
    const more = { usd: 0, tokens: 5_000, turns: 0, minutes: 0 };
    await handle.executeUpdate(messages.raiseBudgetUpdate, { args: [{ ...said(), ...more }] });
    expect((await handle.result()).outcome).toBe('done');
    await slots.stop();
    expect(ports.inputs('review')).toMatchObject([
      { limits: { tokens: 985 } },
      { limits: { tokens: 3_985 } },
    ]);
  });
});
