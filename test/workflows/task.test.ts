import { describe, expect, it } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import * as messages from '../../src/workflows/messages.js';
import { refusal, useRig } from '../support/workflow-rig.js';
import {
  completedTurn,
  failedCheck,
  failedTurn,
  heldUntil,
  passedCheck,
  testConfig,
  testEvidence,
  testSha,
  untilCancelled,
} from '../support/fake-ports.js';
import { trainOf } from '../support/landing-yard.js';
import { decision, said } from '../support/people.js';

describe('the task workflow', () => {
  const { rig, ports } = useRig();

  it('lands a change that verifies at once', async () => {
    const handle = await rig.start();
    expect(await handle.result()).toEqual({ outcome: 'done', landedSha: `L${testSha(1).slice(1)}` });
    expect(ports.inputs('runTurn')).toHaveLength(1);
    expect(ports.inputs('cleanUp')).toMatchObject([{ refs: true }]);
    expect(ports.inputs('settle')).toMatchObject([{ outcome: 'done' }]);
  });

  it('gives the failing output back to the agent, and lands what it mends', async () => {
    ports.next('verify', testEvidence(testSha(1), 'base', [failedCheck]));
    const handle = await rig.start();
    await handle.result();
    const [first, second] = ports.inputs('runTurn');
    expect(first).toMatchObject({ round: 1, turn: 1, feedback: [] });
    expect(second).toMatchObject({
      round: 2,
      turn: 2,
      feedback: [{ kind: 'checks', checks: [{ tail: '1 + 1 is not 3' }] }],
    });
  });

  it('parks work that stays red, and goes on when a person retries it', async () => {
    const red = testEvidence(testSha(1), 'base', [failedCheck]);
    ports.next('verify', red, red, red, red);
    const handle = await rig.start();
    const parked = await rig.until(handle, (status) => status.waiting?.kind === 'retry');
    expect(parked.waiting?.kind).toBe('retry');
    expect(parked.next[0]?.command).toMatch(/^continuo retry /);

    const slots = rig.grantSlots(handle);
    await handle.executeUpdate(messages.retryUpdate, { args: [said()] });
    expect((await handle.result()).outcome).toBe('done');
    await slots.stop();
  });

  it('says that a turn was cut off and played again', async () => {
    ports.next('runTurn', { ...completedTurn('did it'), wasCutOff: true });
    const handle = await rig.start();
    await handle.result();
    const notes = (await rig.state(handle)).history.map((entry) => entry.note);
    expect(notes).toContain('turn 1 was cut off and played again');
  });

  it('tells the agent when a turn changed nothing', async () => {
    ports.next('checkpoint', { kind: 'unchanged', sha: null, risks: [], notes: [] });
    const handle = await rig.start();
    await handle.result();
    expect(ports.inputs('runTurn').at(-1)?.feedback).toEqual([{ kind: 'unchanged' }]);
  });

  it('sends found secrets back and pushes nothing on', async () => {
    ports.next('checkpoint', { kind: 'secrets', places: ['a.env:1 aws'] });
    const handle = await rig.start();
    await handle.result();
    expect(ports.inputs('runTurn').at(-1)?.feedback).toEqual([{ kind: 'secrets', places: ['a.env:1 aws'] }]);
  });

  it('cancels in the middle of a turn, after the program has ended, and keeps the work', async () => {
    ports.next('runTurn', untilCancelled);
    const handle = await rig.start();
    await rig.until(handle, () => ports.inputs('runTurn').length === 1);
    await handle.executeUpdate(messages.cancelUpdate, { args: [said('not now')] });
    expect((await handle.result()).outcome).toBe('cancelled');
    expect(ports.inputs('checkpoint')).toMatchObject([{ message: 'Unfinished work' }]);
    expect(ports.inputs('cleanUp')).toHaveLength(0);
    expect(ports.inputs('settle')).toMatchObject([{ outcome: 'cancelled' }]);
  });

  it('takes the cancel button of the Temporal UI as a cancel', async () => {
    ports.next('runTurn', untilCancelled);
    const handle = await rig.start();
    await rig.until(handle, () => ports.inputs('runTurn').length === 1);
    await handle.cancel();
    await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
    expect(ports.inputs('settle')).toMatchObject([{ outcome: 'cancelled' }]);
  });

  it('stops for an issue that the tracker closed, and clears its workspace away (REC-03, REC-08)', async () => {
    ports.next('runTurn', untilCancelled);
    const handle = await rig.start();
    await rig.until(handle, () => ports.inputs('runTurn').length === 1);
    await handle.signal(messages.issueObservedSignal, { kind: 'terminal', state: 'Done' });
    expect((await handle.result()).outcome).toBe('cancelled');
    expect(ports.inputs('cleanUp')).toMatchObject([{ refs: false }]);
  });

  it('pauses at the next step and goes on', async () => {
    let release: () => void = () => undefined;
    const running = new Promise<void>((resolve) => (release = resolve));
    ports.next('runTurn', async () => {
      await running;
      return completedTurn('done slowly');
    });
    const handle = await rig.start();
    await rig.until(handle, () => ports.inputs('runTurn').length === 1);
    await handle.executeUpdate(messages.pauseUpdate, { args: [said()] });
    release();
    await rig.until(handle, (status) => status.waiting?.kind === 'paused');
    expect((await rig.state(handle)).slot).toBe('none');
    const again = handle.executeUpdate(messages.pauseUpdate, { args: [said()] });
    expect(await refusal(again)).toContain('already paused by ann');

    const slots = rig.grantSlots(handle);
    await handle.executeUpdate(messages.resumeUpdate, { args: [said()] });
    expect((await handle.result()).outcome).toBe('done');
    await slots.stop();
  });

  it('waits with a clear message while the base cannot take the change', async () => {
    ports.next('merge', { kind: 'blocked', message: 'a.txt has changes.' });
    const handle = await rig.start();
    const waiting = await rig.until(handle, (status) => status.waiting?.kind === 'base');
    expect(waiting.waitingFor).toContain('a.txt has changes.');
    await handle.executeUpdate(messages.retryUpdate, { args: [said()] });
    expect((await handle.result()).outcome).toBe('done');
    // The answer of the first try is not taken for that of the second.
    expect(ports.inputs('requestLanding')).toHaveLength(2);
  });

  it('is done, and says what is left, when a checkout could not follow what landed', async () => {
    ports.next('merge', { kind: 'merged', remainder: 'a.txt waits for you.' });
    const handle = await rig.start();
    expect((await handle.result()).outcome).toBe('done');
    const notes = (await rig.state(handle)).history.map((entry) => entry.note);
    expect(notes).toContain('a.txt waits for you.');
  });

  it('leaves the queue while it is paused there, and is queued again when it is resumed', async () => {
    let release: () => void = () => undefined;
    const merging = new Promise<void>((resolve) => (release = resolve));
    ports.next('merge', async () => {
      await heldUntil(merging);
      return { kind: 'merged' };
    });
    const first = await rig.start();
    await rig.until(first, () => ports.inputs('merge').length === 1);
    const second = await rig.start();
    await rig.until(second, (status) => status.waiting?.kind === 'landing');
    await second.executeUpdate(messages.pauseUpdate, { args: [said()] });
    await rig.until(second, (status) => status.waiting?.kind === 'paused');
    release();
    expect((await first.result()).outcome).toBe('done');
    expect(ports.inputs('merge')).toHaveLength(1);
    await second.executeUpdate(messages.resumeUpdate, { args: [said()] });
    expect((await second.result()).outcome).toBe('done');
    expect(ports.inputs('merge')).toHaveLength(2);
  });

  it('sends work back that came to nothing, such as a change that the agent took back', async () => {
    const taken = { kind: 'committed' as const, sha: testSha(9), files: ['a.ts'], risks: [], notes: [] };
    ports.next('checkpoint', { ...taken, isEmpty: true });
    const handle = await rig.start();
    expect((await handle.result()).outcome).toBe('done');
    expect(ports.inputs('runTurn').at(-1)?.feedback).toEqual([{ kind: 'unchanged' }]);
    expect(ports.inputs('merge').map(({ candidate }) => candidate.sha)).not.toContain(
      `L${testSha(9).slice(1)}`,
    );
  });

  it('rebases and verifies again when the base moved', async () => {
    ports.next('merge', { kind: 'moved' });
    const handle = await rig.start();
    expect((await handle.result()).outcome).toBe('done');
    expect(ports.inputs('rebase')).toHaveLength(2);
    expect(ports.inputs('verify').filter((input) => !input.overlay)).toHaveLength(2);
  });

  it('gives back to the agent what is red only after the rebase', async () => {
    ports.next(
      'verify',
      testEvidence(testSha(1), 'base', [passedCheck]),
      testEvidence('landed', 'base', [failedCheck]),
    );
    const handle = await rig.start();
    const slots = rig.grantSlots(handle);
    expect((await handle.result()).outcome).toBe('done');
    await slots.stop();
    expect(ports.inputs('runTurn').at(-1)?.feedback).toMatchObject([{ kind: 'checks' }]);
    expect(ports.inputs('merge')).toHaveLength(1);
  });

  it('ignores and records signals that nobody could have meant', async () => {
    const handle = await rig.start({ config: testConfig({ human: 'always' }) });
    await rig.until(handle, (status) => status.waiting?.kind === 'decision');
    const names = ['decide', 'answer', 'steer', 'pause', 'resume', 'cancel', 'retry'];
    const nonsense = [
      undefined,
      null,
      7,
      'yes',
      [],
      { verdict: 'approved', sha: testSha(1), round: 1, note: 'x' },
    ];
    await handle.signal('decide', { verdict: 'approve' });
    await handle.signal('steer', { note: 5 });
    await handle.signal('answer', { text: {}, questionId: 1 });
    for (const payload of nonsense) await handle.signal('decide', payload);
    for (const name of names.filter((name) => name !== 'pause' && name !== 'cancel'))
      await handle.signal(name);
    const status = await rig.until(
      handle,
      ({ history }) => history.filter(({ note: text }) => text.startsWith('ignored')).length === 14,
    );
    expect(status.phase).toBe('review');
    // It is as well as before.
    await handle.executeUpdate(messages.decideUpdate, { args: [decision('approve', testSha(1), 1)] });
    expect((await handle.result()).outcome).toBe('done');
  });

  it('refuses a text that is too long for a payload', async () => {
    ports.next('runTurn', untilCancelled);
    const handle = await rig.start();
    const long = handle.executeUpdate(messages.steerUpdate, { args: [said('x'.repeat(20_001))] });
    expect(await refusal(long)).toContain('more than 20000 characters');
  });

  it('cancels a task that was paused right before it would land', async () => {
    const config = testConfig({ human: 'always' });
    const handle = await rig.start({ config });
    await rig.until(handle, (status) => status.waiting?.kind === 'decision');
    await handle.executeUpdate(messages.pauseUpdate, { args: [said()] });
    await handle.executeUpdate(messages.decideUpdate, { args: [decision('approve', testSha(1), 1)] });
    await rig.until(handle, (status) => status.phase === 'land' && status.waiting?.kind === 'paused');
    await handle.executeUpdate(messages.cancelUpdate, { args: [said()] });
    expect((await handle.result()).outcome).toBe('cancelled');
    expect(ports.inputs('merge')).toHaveLength(0);
  });

  it('withdraws a change that is still queued behind another one when its task is cancelled', async () => {
    let release: () => void = () => undefined;
    const merging = new Promise<void>((resolve) => (release = resolve));
    ports.next('merge', async () => {
      await merging;
      return { kind: 'merged' };
    });
    const first = await rig.start();
    await rig.until(first, () => ports.inputs('merge').length === 1);
    const second = await rig.start();
    await rig.until(second, (status) => status.waiting?.kind === 'landing');
    await second.executeUpdate(messages.cancelUpdate, { args: [said()] });
    expect((await second.result()).outcome).toBe('cancelled');
    release();
    expect((await first.result()).outcome).toBe('done');
    expect(ports.inputs('merge')).toHaveLength(1);
  });

  it('is let go by a train that knows nothing of its change, because the one before was terminated', async () => {
    ports.usually('merge', async () => {
      await heldUntil(new Promise(() => undefined));
      return { kind: 'merged' };
    });
    const first = await rig.start();
    await rig.until(first, () => ports.inputs('merge').length === 1);
    const second = await rig.start();
    await rig.until(second, (status) => status.waiting?.kind === 'landing');
    await trainOf(rig).terminate();
    const third = await rig.start();
    await rig.until(third, () => ports.inputs('merge').length === 2);
    await second.executeUpdate(messages.cancelUpdate, { args: [said()] });
    expect((await second.result()).outcome).toBe('cancelled');
  });

  it('says that it landed when the cancel came too late, also by the Temporal UI', async () => {
    let release: () => void = () => undefined;
    const merging = new Promise<void>((resolve) => (release = resolve));
    ports.next('merge', async () => {
      await merging;
      return { kind: 'merged' };
    });
    const handle = await rig.start();
    await rig.until(handle, () => ports.inputs('merge').length === 1);
    await handle.cancel();
    release();
    expect((await handle.result()).outcome).toBe('done');
    expect(ports.inputs('settle')).toMatchObject([{ outcome: 'done' }]);
    expect(ports.inputs('cleanUp')).toMatchObject([{ refs: true }]);
  });

  it('stays paused when a slot becomes free', async () => {
    ports.next('runTurn', failedTurn('crashed'));
    const handle = await rig.start();
    await rig.until(handle, (status) => status.waiting?.kind === 'backoff');
    await handle.executeUpdate(messages.retryUpdate, { args: [said()] });
    await rig.until(handle, (status) => status.waiting?.kind === 'slot');
    await handle.executeUpdate(messages.pauseUpdate, { args: [said()] });
    const slots = rig.grantSlots(handle);
    await rig.until(handle, (status) => status.waiting?.kind === 'paused');
    expect(ports.inputs('runTurn')).toHaveLength(1);
    await handle.executeUpdate(messages.resumeUpdate, { args: [said()] });
    expect((await handle.result()).outcome).toBe('done');
    await slots.stop();
  });

  it('refuses a retry that it would forget', async () => {
    ports.next('prepare', { kind: 'impossible', category: 'workspace_invalid', message: 'no such base' });
    const handle = await rig.start();
    await rig.until(handle, (status) => status.waiting?.kind === 'retry');
    await handle.executeUpdate(messages.pauseUpdate, { args: [said()] });
    await handle.executeUpdate(messages.retryUpdate, { args: [said()] });
    await rig.until(handle, (status) => status.waiting?.kind === 'paused');
    const again = handle.executeUpdate(messages.retryUpdate, { args: [said()] });
    expect(await refusal(again)).toContain('resume it first');
  });

  it('takes the changes that a person requests, however few rounds are allowed', async () => {
    const config = testConfig({ human: 'always', limits: { rounds: 1 } });
    const handle = await rig.start({ config });
    const slots = rig.grantSlots(handle, config);
    for (const round of [1, 2, 3]) {
      const { headSha } = await rig.until(
        handle,
        (status) => status.waiting?.kind === 'decision' && status.round === round,
      );
      await handle.executeUpdate(messages.decideUpdate, {
        args: [decision('request_changes', headSha!, round)],
      });
    }
    await rig.until(handle, (status) => status.waiting?.kind === 'decision' && status.round === 4);
    await slots.stop();
  });

  it('makes a workspace again that is gone', async () => {
    ports.next('runTurn', ApplicationFailure.nonRetryable('the folder is gone', 'workspace_invalid'));
    const handle = await rig.start();
    expect((await handle.result()).outcome).toBe('done');
    expect(ports.inputs('prepare')).toHaveLength(2);
  });

  it('parks when the train cannot work, instead of asking it for ever', async () => {
    ports.next('rebase', ApplicationFailure.nonRetryable('no disk', 'infrastructure'));
    const handle = await rig.start();
    const parked = await rig.until(handle, (status) => status.waiting?.kind === 'retry');
    expect(parked.history.at(-1)?.note).toBe('failed (infrastructure): rebase: no disk');
  });

  it('shows phase, head, checks and the next commands in its current details', async () => {
    const handle = await rig.start({ config: testConfig({ human: 'always' }) });
    await rig.until(handle, (status) => status.waiting?.kind === 'decision');
    const metadata = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
    expect(metadata.currentDetails).toContain('**review**');
    expect(metadata.currentDetails).toContain('continuo approve');
    expect(metadata.currentDetails).toContain('- test: passed in 1.2 s');
  });
});
