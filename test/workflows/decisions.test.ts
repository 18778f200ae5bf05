import { describe, expect, it } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Decision } from '../../src/domain/decision.js';
import type { TaskStatus } from '../../src/domain/status.js';
import { newTask } from '../../src/domain/task.js';
import type { TaskState } from '../../src/domain/task.js';
import * as messages from '../../src/workflows/messages.js';
import type { CheckpointOutcome } from '../../src/workflows/ports.js';
import type { task } from '../../src/workflows/task.js';
import {
  failedCheck,
  passedCheck,
  testConfig,
  testEvidence,
  testIssue,
  testSha,
  testWorkspace,
  untilCancelled,
} from '../support/fake-ports.js';
import { decision, said } from '../support/people.js';
import { refusal, useRig } from '../support/workflow-rig.js';

type Handle = WorkflowHandle<typeof task>;
type Verdict = Decision['verdict'];

describe('the decision of a person', () => {
  const { rig, ports } = useRig();

  const always = testConfig({ human: 'always' });
  const decide = (handle: Handle, verdict: Verdict, sha = testSha(1), round = 1, by = 'ann') =>
    handle.executeUpdate(messages.decideUpdate, { args: [decision(verdict, sha, round, by)] });
  const waits = ({ waiting }: TaskStatus) => waiting?.kind === 'decision';
  const waitsInRound =
    (round: number) =>
    (status: TaskStatus): boolean =>
      waits(status) && status.round === round;
  const committed = (number: number): CheckpointOutcome => ({
    kind: 'committed',
    sha: testSha(number),
    files: [],
    risks: [],
    notes: [],
  });
  const shown = async (config = always): Promise<Handle> => {
    const handle = await rig.start({ config });
    await rig.until(handle, waits);
    return handle;
  };

  it('is waited for without a slot, says how it is given, and lands what is approved', async () => {
    const handle = await rig.start({ config: always });
    const waiting = await rig.until(handle, waits);
    expect(waiting.next.map((next) => next.action)).toContain('Let it land');
    expect((await rig.state(handle)).slot).toBe('none');

    await decide(handle, 'approve');
    expect((await handle.result()).outcome).toBe('done');
    const { decision: made } = await rig.state(handle);
    expect(made).toMatchObject({ verdict: 'approve', by: 'ann', via: 'update' });
  });

  it('is refused about another commit or round, with the reason', async () => {
    const handle = await shown();
    expect(await refusal(decide(handle, 'approve', testSha(9)))).toContain('the task now shows');
    expect(await refusal(decide(handle, 'approve', testSha(1), 2))).toContain('round 2');
    expect((await rig.state(handle)).decision).toBeNull();
  });

  it('is ignored and recorded as a stale signal', async () => {
    const handle = await shown();
    await handle.signal(messages.decideSignal, decision('approve', testSha(9), 1));
    const seen = await rig.until(handle, ({ history }) => history.at(-1)!.note.startsWith('ignored'));
    expect(seen.phase).toBe('review');
    expect(seen.decisions).toEqual([]);
  });

  it('sends the note to the agent when changes are requested, and is asked for again in the new round', async () => {
    const handle = await shown();
    const slots = rig.grantSlots(handle, always);
    await decide(handle, 'request_changes');
    const again = await rig.until(handle, waitsInRound(2));
    expect(again.headSha).toBe(testSha(2));
    expect(ports.inputs('runTurn').at(-1)?.feedback).toEqual([
      { kind: 'changes', by: 'ann', note: 'because', at: expect.any(String) },
    ]);
    await slots.stop();
  });

  it('ends the task as rejected and lands nothing', async () => {
    const handle = await shown();
    await decide(handle, 'reject');
    expect((await handle.result()).outcome).toBe('rejected');
    expect(ports.inputs('merge')).toHaveLength(0);
    expect(ports.inputs('cleanUp')).toHaveLength(0);
  });

  it('is asked for about protected paths even where nobody reviews', async () => {
    const risks = [{ kind: 'protected_path' as const, detail: 'WORKFLOW.md' }];
    ports.next('checkpoint', { kind: 'committed', sha: testSha(1), files: [], risks, notes: [] });
    const handle = await rig.start();
    const waiting = await rig.until(handle, waits);
    expect(waiting.waitingFor).toContain('WORKFLOW.md');
  });

  it.each([
    { detail: '501 changed lines in 3 files', waits: true },
    { detail: null, waits: false },
  ])('by risk is asked for only where the change shows one: $detail', async ({ detail, waits: asks }) => {
    const risk = testConfig({ human: 'risk' });
    const risks = detail === null ? [] : [{ kind: 'large_diff' as const, detail }];
    ports.next('checkpoint', { kind: 'committed', sha: testSha(1), files: [], risks, notes: [] });
    const handle = await rig.start({ config: risk });
    if (asks) {
      const status = await rig.until(handle, waits);
      expect(status.waiting).toMatchObject({ reasons: ['large diff (501 changed lines in 3 files)'] });
      expect(status.risks).toEqual(risks);
      await decide(handle, 'approve');
    }
    expect((await handle.result()).outcome).toBe('done');
    expect((await rig.state(handle)).decisions).toHaveLength(asks ? 1 : 0);
  });

  describe('that approves', () => {
    it('covers what landing makes of the commit on a base that moved, without a conflict', async () => {
      ports.next('rebase', { kind: 'ready', candidate: { sha: 'L1', baseSha: 'base' } });
      ports.next('rebase', { kind: 'ready', candidate: { sha: 'L2', baseSha: 'base2' } });
      ports.next('merge', { kind: 'moved' });
      const handle = await shown();
      await decide(handle, 'approve');
      expect(await handle.result()).toEqual({ outcome: 'done', landedSha: 'L2' });
      expect(ports.inputs('verify').map(({ sha }) => sha)).toEqual([testSha(1), 'L1', 'L2']);
      expect((await rig.state(handle)).decisions).toHaveLength(1);
    });

    it('is void after a conflict', async () => {
      ports.next('rebase', { kind: 'conflict', baseSha: 'base2', files: ['a.ts'] });
      const handle = await shown();
      const slots = rig.grantSlots(handle, always);
      await decide(handle, 'approve');
      const again = await rig.until(handle, waitsInRound(2));
      expect(again.headSha).toBe(testSha(2));
      expect(ports.inputs('merge')).toHaveLength(0);
      await slots.stop();
    });

    it('is void after the agent has amended the work', async () => {
      ports.next(
        'verify',
        testEvidence(testSha(1), 'base', [passedCheck]),
        testEvidence('L', 'base', [failedCheck]),
      );
      const handle = await shown();
      const slots = rig.grantSlots(handle, always);
      await decide(handle, 'approve');
      const again = await rig.until(handle, waitsInRound(2));
      expect(again.headSha).toBe(testSha(2));
      expect(await refusal(decide(handle, 'approve', testSha(1), 1))).toContain('round 2');
      await decide(handle, 'approve', testSha(2), 2);
      expect((await handle.result()).outcome).toBe('done');
      expect((await rig.state(handle)).decisions.map(({ round }) => round)).toEqual([1, 2]);
      await slots.stop();
    });

    it('is void when the head returns to the approved sha in a later round', async () => {
      ports.next('checkpoint', committed(1), committed(1));
      ports.next('rebase', { kind: 'conflict', baseSha: 'base2', files: ['a.ts'] });
      const handle = await shown();
      const slots = rig.grantSlots(handle, always);
      await decide(handle, 'approve');
      const again = await rig.until(handle, waitsInRound(2));
      expect(again.headSha).toBe(testSha(1));
      expect(ports.inputs('runTurn').at(-1)?.feedback).toMatchObject([{ kind: 'conflict', files: ['a.ts'] }]);
      expect(ports.inputs('merge')).toHaveLength(0);
      await slots.stop();
    });
  });

  describe('that takes an approval back', () => {
    /** Approved, and paused before it could land. */
    const approvedAndPaused = async (): Promise<Handle> => {
      const handle = await shown();
      await handle.executeUpdate(messages.pauseUpdate, { args: [said()] });
      await decide(handle, 'approve');
      await rig.until(handle, ({ phase, waiting }) => phase === 'land' && waiting?.kind === 'paused');
      return handle;
    };

    it('sends a paused change back, and it never lands', async () => {
      const handle = await approvedAndPaused();
      const slots = rig.grantSlots(handle, always);
      await decide(handle, 'request_changes', testSha(1), 1, 'bob');
      await handle.executeUpdate(messages.resumeUpdate, { args: [said()] });
      const again = await rig.until(handle, waitsInRound(2));
      expect(again.decisions.map(({ verdict, by }) => [verdict, by])).toEqual([
        ['approve', 'ann'],
        ['request_changes', 'bob'],
      ]);
      expect(ports.inputs('requestLanding')).toHaveLength(0);
      await slots.stop();
    });

    it('rejects a paused change', async () => {
      const handle = await approvedAndPaused();
      await decide(handle, 'reject');
      await handle.executeUpdate(messages.resumeUpdate, { args: [said()] });
      expect((await handle.result()).outcome).toBe('rejected');
      expect(ports.inputs('requestLanding')).toHaveLength(0);
    });

    it('ends the wait for the base', async () => {
      ports.next('merge', { kind: 'blocked', message: 'a.txt has changes.' });
      const handle = await shown();
      await decide(handle, 'approve');
      const status = await rig.until(handle, ({ waiting }) => waiting?.kind === 'base');
      expect(status.next.map(({ action }) => action)).toContain('Take the change back');
      await decide(handle, 'reject');
      expect((await handle.result()).outcome).toBe('rejected');
      expect(ports.inputs('requestLanding')).toHaveLength(1);
    });

    it.each([
      { verdict: 'request_changes' as const, ends: waitsInRound(2) },
      { verdict: 'reject' as const, ends: ({ phase }: TaskStatus) => phase === 'rejected' },
    ])('takes a change out of the queue behind another one: $verdict', async ({ verdict, ends }) => {
      let release: () => void = () => undefined;
      const merging = new Promise<void>((resolve) => (release = resolve));
      ports.next('merge', async () => {
        await merging;
        return { kind: 'merged' };
      });
      const first = await rig.start();
      await rig.until(first, () => ports.inputs('merge').length === 1);
      const second = await rig.start({ config: always });
      const slots = rig.grantSlots(second, always);
      const { headSha } = await rig.until(second, waits);
      await decide(second, 'approve', headSha!);
      await rig.until(second, ({ waiting }) => waiting?.kind === 'landing');
      const { message } = await decide(second, verdict, headSha!);
      expect(message).toContain('unless its landing cannot be stopped any more');
      await rig.until(second, ends);
      release();
      expect((await first.result()).outcome).toBe('done');
      expect(ports.inputs('merge')).toHaveLength(1);
      await slots.stop();
    });

    it('comes too late once the train has begun, and the task says that it landed', async () => {
      let release: () => void = () => undefined;
      const merging = new Promise<void>((resolve) => (release = resolve));
      ports.next('merge', async () => {
        await merging;
        return { kind: 'merged' };
      });
      const handle = await shown();
      await decide(handle, 'approve');
      await rig.until(handle, () => ports.inputs('merge').length === 1);
      await decide(handle, 'request_changes');
      release();
      expect((await handle.result()).outcome).toBe('done');
      const { round, history } = await rig.state(handle);
      expect(round).toBe(1);
      expect(history.map(({ note }) => note)).toContain(
        'what ann said came too late: it was landing already',
      );
    });

    it('tells the agent of the conflict as well that the train has found meanwhile', async () => {
      let release: () => void = () => undefined;
      const rebasing = new Promise<void>((resolve) => (release = resolve));
      ports.next('rebase', async () => {
        await rebasing;
        return { kind: 'conflict', baseSha: 'base2', files: ['a.ts'] };
      });
      const handle = await shown();
      const slots = rig.grantSlots(handle, always);
      await decide(handle, 'approve');
      await rig.until(handle, () => ports.inputs('rebase').length === 1);
      await decide(handle, 'request_changes');
      release();
      await rig.until(handle, waitsInRound(2));
      expect(ports.inputs('runTurn').at(-1)?.feedback).toMatchObject([
        { kind: 'conflict', baseSha: 'base2', files: ['a.ts'] },
        { kind: 'changes', note: 'because' },
      ]);
      expect((await rig.state(handle)).workspace?.baseSha).toBe('base2');
      await slots.stop();
    });
  });

  describe('of two people', () => {
    it.each<[Verdict, Verdict]>([
      ['approve', 'approve'],
      ['request_changes', 'approve'],
      ['request_changes', 'reject'],
    ])(
      'who say %s and %s at once: one of them holds, the other is told why theirs does not',
      async (one, two) => {
        const handle = await shown();
        await handle.executeUpdate(messages.pauseUpdate, { args: [said()] });
        const answers = await Promise.allSettled([
          decide(handle, one, testSha(1), 1, 'ann'),
          decide(handle, two, testSha(1), 1, 'bob'),
        ]);
        // Bob may be first, and objects to nothing that Ann would then take back.
        const [first] = (await rig.state(handle)).decisions;
        const wasTakenBack = first?.verdict === 'approve' && one !== 'approve';
        expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(wasTakenBack ? 2 : 1);
        const refused = answers.find((answer) => answer.status === 'rejected');
        if (refused !== undefined)
          expect(await refusal(Promise.reject(refused.reason as Error))).toMatch(
            new RegExp(`${first?.by} has|not waiting for a review decision`),
          );
      },
    );

    it('tells the second one who was first', async () => {
      const handle = await shown();
      await handle.executeUpdate(messages.pauseUpdate, { args: [said()] });
      await decide(handle, 'approve');
      const late = await refusal(decide(handle, 'approve', testSha(1), 1, 'bob'));
      expect(late).toMatch(/^ann has approved it already, at 20/);
      expect((await rig.state(handle)).decisions).toHaveLength(1);
    });

    it('who approve and object at once: the objection holds, whichever is first', async () => {
      const handle = await shown();
      const slots = rig.grantSlots(handle, always);
      await handle.executeUpdate(messages.pauseUpdate, { args: [said()] });
      await Promise.allSettled([
        decide(handle, 'approve', testSha(1), 1, 'ann'),
        decide(handle, 'request_changes', testSha(1), 1, 'bob'),
      ]);
      await handle.executeUpdate(messages.resumeUpdate, { args: [said()] });
      await rig.until(handle, waitsInRound(2));
      expect(ports.inputs('merge')).toHaveLength(0);
      await slots.stop();
    });
  });

  describe('of people who may', () => {
    const bobDecides = testConfig({ human: 'always', who: ['bob'] });

    it.each<Verdict>(['approve', 'request_changes', 'reject'])(
      '%s is taken from nobody else',
      async (verdict) => {
        const handle = await shown(bobDecides);
        expect(await refusal(decide(handle, verdict))).toBe(
          'ann may not decide here; review.human.who allows bob',
        );
        await handle.signal(messages.decideSignal, decision(verdict, testSha(1), 1));
        await rig.until(handle, ({ history }) => history.at(-1)!.note.startsWith('ignored'));
        expect((await rig.state(handle)).decisions).toEqual([]);
        await decide(handle, 'approve', testSha(1), 1, 'bob');
        expect((await handle.result()).outcome).toBe('done');
      },
    );

    it('take an approval back, and nobody else does', async () => {
      const handle = await shown(bobDecides);
      await handle.executeUpdate(messages.pauseUpdate, { args: [said()] });
      await decide(handle, 'approve', testSha(1), 1, 'bob');
      await rig.until(handle, ({ phase }) => phase === 'land');
      expect(await refusal(decide(handle, 'reject'))).toContain('ann may not decide here');
      await decide(handle, 'reject', testSha(1), 1, 'bob');
    });

    it('is asked for again after anybody else has worked on it and handed it back as finished', async () => {
      const handle = await shown(bobDecides);
      const slots = rig.grantSlots(handle, bobDecides);
      await handle.executeUpdate(messages.takeOverUpdate, { args: [said()] });
      await rig.until(handle, ({ waiting }) => waiting?.kind === 'taken');
      const back = { ...said(), name: 'Ann', mail: 'ann@example.org', then: 'verify' as const };
      await handle.executeUpdate(messages.handBackUpdate, { args: [back] });
      const { headSha } = await rig.until(handle, waitsInRound(2));
      expect(ports.inputs('requestLanding')).toHaveLength(0);
      expect(await refusal(decide(handle, 'approve', headSha!, 2))).toContain('ann may not decide here');
      await slots.stop();
    });
  });

  describe('that is repeated', () => {
    it('is one, as two signals', async () => {
      const handle = await shown();
      const once = decision('approve', testSha(1), 1);
      await handle.signal(messages.decideSignal, once);
      await handle.signal(messages.decideSignal, once);
      await handle.result();
      const { history, decisions } = await rig.state(handle);
      expect(history.filter(({ note }) => note.startsWith('approve of'))).toHaveLength(1);
      expect(decisions).toMatchObject([{ verdict: 'approve', by: 'ann', via: 'signal' }]);
    });

    it('is one, as an Update and a signal', async () => {
      const handle = await shown();
      await handle.executeUpdate(messages.pauseUpdate, { args: [said()] });
      const once = decision('approve', testSha(1), 1);
      await handle.executeUpdate(messages.decideUpdate, { args: [once] });
      await handle.signal(messages.decideSignal, once);
      await handle.executeUpdate(messages.resumeUpdate, { args: [said()] });
      await handle.result();
      const { decisions, history } = await rig.state(handle);
      expect(decisions).toMatchObject([{ via: 'update' }]);
      expect(history.filter(({ note }) => note.startsWith('ignored'))).toEqual([]);
    });
  });

  describe('after continue-as-new', () => {
    /** What a run hands to the next one. */
    const carried = (changes: Partial<TaskState>): TaskState => ({
      ...newTask(rig.project, testIssue({ source: 'prompt' })),
      config: always,
      host: 'host',
      workspace: testWorkspace,
      headSha: testSha(1),
      ...changes,
    });
    const approval = (round: number): Decision => ({
      verdict: 'approve',
      sha: testSha(1),
      round,
      note: '',
      by: 'ann',
      at: '2026-01-01T00:00:00.000Z',
      via: 'update',
    });

    it('still covers its commit and round', async () => {
      const state = carried({ stage: { phase: 'review' }, round: 2, decision: approval(2) });
      const handle = await rig.start({ state });
      expect((await handle.result()).outcome).toBe('done');
      // A version without the list knew the last one.
      expect((await rig.state(handle)).decisions).toEqual([approval(2)]);
    });

    it('covers no later round, and is not taken a second time', async () => {
      const state = carried({
        stage: { phase: 'review' },
        round: 3,
        decision: approval(2),
        seenMessages: ['said before'],
      });
      const handle = await rig.start({ state });
      await rig.until(handle, waitsInRound(3));
      const again = { ...decision('approve', testSha(1), 3), id: 'said before' };
      const receipt = await handle.executeUpdate(messages.decideUpdate, { args: [again] });
      expect(receipt).toEqual({ message: 'already recorded' });
      expect((await rig.until(handle, waits)).phase).toBe('review');
    });
  });

  describe('in the record', () => {
    it('has who, when and by which way, each of them, also in the ledger', async () => {
      const handle = await shown();
      const slots = rig.grantSlots(handle, always);
      await decide(handle, 'request_changes', testSha(1), 1, 'bob');
      await rig.until(handle, waitsInRound(2));
      await handle.signal(messages.decideSignal, decision('approve', testSha(2), 2));
      await handle.result();
      await slots.stop();
      const at = expect.stringMatching(/^20\d\d-.*Z$/);
      const recorded = [
        {
          verdict: 'request_changes',
          sha: testSha(1),
          round: 1,
          note: 'because',
          by: 'bob',
          at,
          via: 'update',
        },
        { verdict: 'approve', sha: testSha(2), round: 2, note: '', by: 'ann', at, via: 'signal' },
      ];
      const status = await handle.query(messages.statusQuery);
      expect(status.decisions).toEqual(recorded);
      expect(status.decision).toEqual(recorded[1]);
      expect(ports.inputs('settle')[0]?.state.decisions).toEqual(recorded);
    });
  });

  describe('that ends a task', () => {
    const told = (changes: { onReject?: string; onCancel?: string }) => {
      const config = testConfig({ human: 'always' });
      return { ...config, view: { ...config.view, tracker: { ...config.view.tracker, ...changes } } };
    };

    it('moves the issue in the tracker as the configuration says', async () => {
      const config = told({ onReject: 'Cancelled' });
      const handle = await rig.start({ config, issue: { id: 'SHOP-1', source: 'tracker' } });
      await rig.until(handle, waits);
      await decide(handle, 'reject');
      await handle.result();
      expect(ports.inputs('transition')).toMatchObject([{ issueId: 'SHOP-1', state: 'Cancelled' }]);
      expect((await rig.state(handle)).history.at(-1)?.note).toBe(
        'the issue is Cancelled in the tracker now; it was Todo',
      );
    });

    it('is told to a tracker that is down for long', async () => {
      let failures = 0;
      ports.usually('transition', () => {
        failures += 1;
        // The server of the test waits out how long a retry takes.
        const details = { message: 'GitHub cannot be reached', nextRetryDelay: '1ms' as const };
        if (failures < 100) throw ApplicationFailure.create(details);
        return { kind: 'moved', from: 'Todo' };
      });
      const handle = await rig.start({
        config: told({ onReject: 'Cancelled' }),
        issue: { source: 'tracker' },
      });
      await rig.until(handle, waits);
      await decide(handle, 'reject');
      expect((await handle.result()).outcome).toBe('rejected');
      expect((await rig.state(handle)).history.at(-1)?.note).toContain('the issue is Cancelled');
    });

    it('says what a person has to do when the tracker does not take it', async () => {
      ports.next('transition', { kind: 'blocked', message: 'a.txt changed there.' });
      const config = told({ onReject: 'Cancelled' });
      const handle = await rig.start({ config, issue: { source: 'tracker' } });
      await rig.until(handle, waits);
      await decide(handle, 'reject');
      expect((await handle.result()).outcome).toBe('rejected');
      expect((await rig.state(handle)).history.at(-1)?.note).toBe(
        'the issue is not Cancelled in the tracker, so set it by hand: a.txt changed there.',
      );
    });

    it.each([
      { by: 'a person', states: ['Dropped'] },
      { by: 'the tracker', states: [] },
    ])('moves what was cancelled by $by to $states', async ({ by, states }) => {
      ports.next('runTurn', untilCancelled);
      const handle = await rig.start({ config: told({ onCancel: 'Dropped' }), issue: { source: 'tracker' } });
      await rig.until(handle, () => ports.inputs('runTurn').length === 1);
      if (by === 'a person') await handle.executeUpdate(messages.cancelUpdate, { args: [said()] });
      else await handle.signal(messages.issueObservedSignal, { kind: 'missing' });
      expect((await handle.result()).outcome).toBe('cancelled');
      expect(ports.inputs('transition').map(({ state }) => state)).toEqual(states);
    });

    it('leaves the tracker alone where nothing is configured, and for a prompt', async () => {
      const handle = await rig.start({ config: always, issue: { source: 'tracker' } });
      await rig.until(handle, waits);
      await decide(handle, 'reject');
      await handle.result();
      const prompt = await rig.start({ config: told({ onReject: 'Cancelled' }) });
      const { headSha } = await rig.until(prompt, waits);
      await decide(prompt, 'reject', headSha!);
      await prompt.result();
      expect(ports.inputs('transition')).toEqual([]);
    });
  });
});
