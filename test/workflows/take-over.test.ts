import { describe, expect, it } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { TaskStatus } from '../../src/domain/status.js';
import { newTask } from '../../src/domain/task.js';
import type { CheckpointOutcome } from '../../src/workflows/ports.js';
import * as messages from '../../src/workflows/messages.js';
import type { task } from '../../src/workflows/task.js';
import {
  failedCheck,
  failedTurn,
  questionTurn,
  testConfig,
  testEvidence,
  testIssue,
  testSha,
  testWorkspace,
  untilCancelled,
} from '../support/fake-ports.js';
import { said } from '../support/people.js';
import { refusal, useRig } from '../support/workflow-rig.js';

type Handle = WorkflowHandle<typeof task>;

describe('a task that a person takes over', () => {
  const { rig, ports } = useRig();

  const always = testConfig({ human: 'always' });
  const backMessage = (changes: Partial<messages.HandBackMessage> = {}): messages.HandBackMessage => ({
    ...said('kept the old code'),
    name: 'Ann Lee',
    mail: 'ann@example.org',
    then: 'run',
    ...changes,
  });
  const takeOver = (handle: Handle, by = 'ann') =>
    handle.executeUpdate(messages.takeOverUpdate, { args: [said('', by)] });
  const handBack = (handle: Handle, changes: Partial<messages.HandBackMessage> = {}) =>
    handle.executeUpdate(messages.handBackUpdate, { args: [backMessage(changes)] });
  const isTaken = ({ waiting }: TaskStatus) => waiting?.kind === 'taken';
  const committed = (number: number, files: string[] = []): CheckpointOutcome => ({
    kind: 'committed',
    sha: testSha(number),
    files,
    risks: [],
    notes: [],
  });
  const inATurn = async (): Promise<Handle> => {
    ports.next('runTurn', untilCancelled);
    const handle = await rig.start();
    await rig.until(handle, () => ports.inputs('runTurn').length === 1);
    return handle;
  };

  it('ends the turn that runs, saves its work, and waits without a slot', async () => {
    const handle = await inATurn();
    expect((await takeOver(handle)).message).toBe('taken over by ann');
    const status = await rig.until(handle, isTaken);
    expect(status).toMatchObject({
      phase: 'run',
      taken: { by: 'ann' },
      waiting: { kind: 'taken', by: 'ann', problem: null },
      waitingFor: 'ann to hand it back',
    });
    expect(status.next.map(({ command }) => command.split(' ')[1])).toEqual([
      'hand-back',
      'hand-back',
      'shell',
      'cancel',
    ]);
    expect(ports.inputs('checkpoint')).toMatchObject([{ message: 'Unfinished work' }]);
    expect(ports.inputs('checkpoint')[0]).not.toHaveProperty('author');
    expect((await rig.state(handle)).slot).toBe('none');
    const details = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
    expect(details.currentDetails).toContain('continuo hand-back');
  });

  it('commits as the person what they hand back, and tells the next turn, which is a new one', async () => {
    const handle = await inATurn();
    await handle.executeUpdate(messages.steerUpdate, { args: [said('mind the gap')] });
    await takeOver(handle);
    await rig.until(handle, isTaken);
    ports.next('checkpoint', committed(7, ['a.ts', 'b.ts']));
    const slots = rig.grantSlots(handle);
    await handBack(handle);
    expect((await handle.result()).outcome).toBe('done');
    await slots.stop();

    expect(ports.inputs('checkpoint')[1]).toMatchObject({
      author: 'Ann Lee <ann@example.org>',
      message: 'kept the old code',
      session: null,
    });
    const [first, second] = ports.inputs('runTurn');
    expect(first).toMatchObject({ turn: 1, round: 1 });
    expect(second).toMatchObject({
      turn: 2,
      round: 2,
      feedback: [
        { kind: 'steer', note: 'mind the gap' },
        { kind: 'handBack', by: 'ann', note: 'kept the old code', files: ['a.ts', 'b.ts'] },
      ],
    });
    const { taken, history } = await rig.state(handle);
    expect(taken).toBeNull();
    expect(history.map(({ note }) => note)).toContain(
      `what ann did is ${testSha(7).slice(0, 12)}; to the agent, round 2`,
    );
  });

  it('verifies finished work at once, and voids the approval that was given before', async () => {
    const handle = await rig.start({ config: always });
    const slots = rig.grantSlots(handle, always);
    await rig.until(handle, ({ waiting }) => waiting?.kind === 'decision');
    await takeOver(handle);
    await rig.until(handle, isTaken);
    // Even the very commit that was shown before needs a new decision.
    ports.next('checkpoint', { kind: 'unchanged', sha: testSha(1), risks: [], notes: [] });
    await handBack(handle, { then: 'verify' });
    const again = await rig.until(handle, ({ waiting }) => waiting?.kind === 'decision');
    expect(again).toMatchObject({ round: 2, headSha: testSha(1) });
    const early = handle.executeUpdate(messages.decideUpdate, {
      args: [{ ...said(), verdict: 'approve', sha: testSha(1), round: 1 }],
    });
    expect(await refusal(early)).toContain('round 2');
    expect(ports.inputs('runTurn')).toHaveLength(1);
    expect(ports.inputs('verify')).toHaveLength(2);
    await slots.stop();
  });

  it('goes on and says so when nothing was changed', async () => {
    const handle = await inATurn();
    const unchanged: CheckpointOutcome = { kind: 'unchanged', sha: null, risks: [], notes: [] };
    ports.next('checkpoint', unchanged, unchanged);
    await takeOver(handle);
    await rig.until(handle, isTaken);
    const slots = rig.grantSlots(handle);
    await handBack(handle, { then: 'verify', note: '' });
    expect((await handle.result()).outcome).toBe('done');
    await slots.stop();
    expect((await rig.state(handle)).history.map(({ note }) => note)).toContain(
      'ann changed nothing, so there is nothing to verify; to the agent, round 2',
    );
    expect(ports.inputs('runTurn')[1]?.feedback).toMatchObject([{ kind: 'handBack', files: [] }]);
  });

  it('stays with the person while there is a secret in their work', async () => {
    const handle = await inATurn();
    await takeOver(handle);
    await rig.until(handle, isTaken);
    ports.next('checkpoint', { kind: 'secrets', places: ['a.env:1 aws'] });
    await handBack(handle);
    const status = await rig.until(
      handle,
      ({ waiting }) => waiting?.kind === 'taken' && waiting.problem !== null,
    );
    expect(status.waitingFor).toContain('a.env:1 aws');
    expect(status.taken).toMatchObject({ by: 'ann' });

    const slots = rig.grantSlots(handle);
    await handBack(handle);
    expect((await handle.result()).outcome).toBe('done');
    await slots.stop();
  });

  it('stays with the person while their work cannot be saved', async () => {
    const handle = await inATurn();
    await takeOver(handle);
    await rig.until(handle, isTaken);
    ports.next('checkpoint', ApplicationFailure.nonRetryable('no disk', 'infrastructure'));
    await handBack(handle);
    const status = await rig.until(
      handle,
      ({ waiting }) => waiting?.kind === 'taken' && waiting.problem !== null,
    );
    expect(status.waitingFor).toBe('ann to hand it back, which failed: no disk');
    expect(status.lastError).toMatchObject({ message: 'no disk' });
  });

  it('makes a workspace again that is gone, because nobody can work there', async () => {
    const handle = await inATurn();
    ports.next('checkpoint', ApplicationFailure.nonRetryable('the folder is gone', 'workspace_invalid'));
    const slots = rig.grantSlots(handle);
    await takeOver(handle);
    expect((await handle.result()).outcome).toBe('done');
    await slots.stop();
    expect(ports.inputs('prepare')).toHaveLength(2);
    expect((await rig.state(handle)).taken).toBeNull();
  });

  it.each([
    { wait: 'question', script: () => ports.next('runTurn', questionTurn('Blue?')) },
    { wait: 'backoff', script: () => ports.next('runTurn', failedTurn('crashed')) },
    { wait: 'retry', script: () => ports.next('verify', ...redChecks(4)) },
    { wait: 'base', script: () => ports.next('merge', { kind: 'blocked', message: 'a.txt has changes.' }) },
  ])('can be taken over from the wait for $wait, and lands after it', async ({ wait, script }) => {
    script();
    const handle = await rig.start();
    const slots = rig.grantSlots(handle);
    await rig.until(handle, ({ waiting }) => waiting?.kind === wait);
    await takeOver(handle);
    await rig.until(handle, isTaken);
    await handBack(handle);
    expect((await handle.result()).outcome).toBe('done');
    await slots.stop();
  });

  it('has a failed task anew: what was used up before does not count', async () => {
    const config = testConfig({ limits: { rounds: 1 } });
    ports.next('verify', ...redChecks(3));
    const handle = await rig.start({ config });
    const slots = rig.grantSlots(handle, config);
    await rig.until(handle, ({ waiting }) => waiting?.kind === 'retry');
    await takeOver(handle);
    await rig.until(handle, isTaken);
    await handBack(handle);
    expect((await handle.result()).outcome).toBe('done');
    await slots.stop();
  });

  it('stays paused after it was handed back', async () => {
    const handle = await inATurn();
    await handle.executeUpdate(messages.pauseUpdate, { args: [said('', 'bob')] });
    await takeOver(handle);
    await rig.until(handle, isTaken);
    await handBack(handle);
    const status = await rig.until(handle, ({ waiting }) => waiting?.kind === 'paused');
    expect(status).toMatchObject({ round: 2, taken: null });
    expect(ports.inputs('runTurn')).toHaveLength(1);
  });

  it('is refused where there is no workspace, to a second person, and when nobody has it', async () => {
    ports.next('prepare', { kind: 'failed', category: 'hook_failed', message: 'no network' });
    const handle = await rig.start();
    const slots = rig.grantSlots(handle);
    await rig.until(handle, ({ waiting }) => waiting?.kind === 'backoff');
    expect(await refusal(takeOver(handle))).toBe('the task has no workspace yet');
    expect(await refusal(handBack(handle))).toBe('nobody has taken the task over');

    ports.next('runTurn', untilCancelled);
    await handle.executeUpdate(messages.retryUpdate, { args: [said()] });
    await rig.until(handle, () => ports.inputs('runTurn').length === 1);
    await takeOver(handle);
    await rig.until(handle, isTaken);
    expect(await refusal(takeOver(handle, 'bob'))).toContain('ann has taken it over already');
    const retry = handle.executeUpdate(messages.retryUpdate, { args: [said()] });
    expect(await refusal(retry)).toContain('hand it back first');
    // Anybody may hand it back, and it is theirs to answer for.
    await handBack(handle, { by: 'bob', name: '', mail: '' });
    expect((await handle.result()).outcome).toBe('done');
    await slots.stop();
    expect(ports.inputs('checkpoint')[1]).toMatchObject({ author: 'bob <>' });
  });

  it('is refused while the change is landing', async () => {
    let release: () => void = () => undefined;
    const merging = new Promise<void>((resolve) => (release = resolve));
    ports.next('merge', async () => {
      await merging;
      return { kind: 'merged' };
    });
    const handle = await rig.start();
    await rig.until(handle, () => ports.inputs('merge').length === 1);
    const refused = await refusal(takeOver(handle)).finally(release);
    expect(refused).toContain('is landing');
    expect((await handle.result()).outcome).toBe('done');
  });

  it('takes each message once, also as signals and when they come together', async () => {
    const handle = await inATurn();
    const take = said();
    const back = backMessage();
    for (const message of [take, take]) await handle.signal(messages.takeOverSignal, message);
    for (const message of [back, back]) await handle.signal(messages.handBackSignal, message);
    const slots = rig.grantSlots(handle);
    expect((await handle.result()).outcome).toBe('done');
    await slots.stop();
    const { round, history } = await rig.state(handle);
    expect(round).toBe(2);
    expect(history.filter(({ note }) => note === 'handed back by ann')).toHaveLength(1);
    expect(history.filter(({ note }) => note.startsWith('ignored'))).toHaveLength(0);
  });

  it('ends when it is cancelled, with the work kept', async () => {
    const handle = await inATurn();
    await takeOver(handle);
    await rig.until(handle, isTaken);
    await handle.executeUpdate(messages.cancelUpdate, { args: [said()] });
    expect((await handle.result()).outcome).toBe('cancelled');
    expect(ports.inputs('checkpoint')).toHaveLength(2);
    expect(ports.inputs('cleanUp')).toHaveLength(0);
  });

  it('is not ended when the person moves the issue meanwhile', async () => {
    const handle = await inATurn();
    await takeOver(handle);
    await rig.until(handle, isTaken);
    await handle.signal(messages.issueObservedSignal, { kind: 'ineligible', state: 'With Ann' });
    const seen = await rig.until(handle, ({ history }) => history.at(-1)?.note.includes('With Ann') === true);
    expect(isTaken(seen)).toBe(true);
  });

  it('goes on from the state of a version that did not know of it', async () => {
    const task = { ...newTask(rig.project, testIssue({ source: 'prompt' })), taken: undefined };
    const old = JSON.parse(JSON.stringify(task)) as object;
    const state = { ...old, config: testConfig(), host: 'host', slot: 'held', workspace: testWorkspace };
    const handle = await rig.start({ state: { ...state, stage: { phase: 'run' } } as never });
    expect((await handle.result()).outcome).toBe('done');
  });
});

function redChecks(times: number) {
  return Array.from({ length: times }, () => testEvidence(testSha(1), 'base', [failedCheck]));
}
