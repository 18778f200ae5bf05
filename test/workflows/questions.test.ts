import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { TaskStatus } from '../../src/domain/status.js';
import type { TurnOutcome } from '../../src/workflows/ports.js';
import * as messages from '../../src/workflows/messages.js';
import type { task } from '../../src/workflows/task.js';
import { questionTurn, untilCancelled } from '../support/fake-ports.js';
import { refusal, useRig } from '../support/workflow-rig.js';

type Handle = WorkflowHandle<typeof task>;

const { rig, ports } = useRig();

describe('a task whose agent asks', () => {
  const said = (note = '') => ({ id: randomUUID(), by: 'ann', note });
  const asks = ({ question }: TaskStatus) => question !== null;

  function colours(options: string[] = []): TurnOutcome {
    const outcome = questionTurn('Blue or green?');
    return outcome.kind === 'question' ? { ...outcome, question: { ...outcome.question, options } } : outcome;
  }

  async function asking(options: string[] = []): Promise<{ handle: Handle; status: TaskStatus }> {
    ports.next('runTurn', colours(options));
    const handle = await rig.start();
    return { handle, status: await rig.until(handle, asks) };
  }

  const answer = (handle: Handle, { question }: TaskStatus, text: string) =>
    handle.executeUpdate(messages.answerUpdate, {
      args: [{ id: randomUUID(), by: 'ann', questionId: question!.id, text }],
    });

  async function finish(handle: Handle): Promise<void> {
    const slots = rig.grantSlots(handle);
    expect((await handle.result()).outcome).toBe('done');
    await slots.stop();
  }

  it('shows the question with its options, and takes the number of one as the answer', async () => {
    const { handle, status } = await asking(['Blue', 'Green']);
    expect(status.question?.options).toEqual(['Blue', 'Green']);
    expect(status.next[0]?.command).toContain(`'<number or text>'`);
    expect((await answer(handle, status, '2')).message).toBe('answered by ann: Green');
    await finish(handle);
    expect(ports.inputs('runTurn')[1]?.answers).toMatchObject([{ text: 'Green' }]);
    expect(ports.inputs('endTurn')).toEqual([]);
  });

  it.each([
    ['is cancelled', (handle: Handle) => handle.executeUpdate(messages.cancelUpdate, { args: [said()] })],
    ['is taken over', (handle: Handle) => handle.executeUpdate(messages.takeOverUpdate, { args: [said()] })],
    [
      'is put back',
      (handle: Handle) =>
        handle.executeUpdate(messages.rewindUpdate, { args: [{ ...said(), to: 'run', round: 0 }] }),
    ],
  ])('ends its turn when it %s, and that turn counts', async (_what, act) => {
    const { handle, status } = await asking();
    await act(handle);
    await rig.until(handle, () => ports.inputs('endTurn').length === 1);
    expect(ports.inputs('endTurn')).toMatchObject([{ turn: 1, identifier: status.task }]);
    await rig.until(handle, ({ usage }) => usage.turns === 1 && usage.totalTokens === 15);
    expect((await rig.state(handle)).openTurn).toBeNull();
    expect(await refusal(answer(handle, status, 'Blue'))).toMatch(/no open question|already completed/);
  });

  it('tells the next turn an answer that its agent could not get any more', async () => {
    const { handle, status } = await asking();
    // No slot is free, so the turn does not go on.
    await answer(handle, status, 'Blue');
    await rig.until(handle, ({ waiting }) => waiting?.kind === 'slot');
    await handle.executeUpdate(messages.takeOverUpdate, { args: [said()] });
    await rig.until(handle, ({ waiting }) => waiting?.kind === 'taken');
    await handle.executeUpdate(messages.handBackUpdate, {
      args: [{ ...said(), name: '', mail: '', then: 'run' }],
    });
    await finish(handle);
    expect(ports.inputs('runTurn')[1]).toMatchObject({
      turn: 2,
      feedback: [{ kind: 'answer', question: 'Blue or green?', answer: 'Blue' }, { kind: 'handBack' }],
    });
    expect(ports.inputs('runTurn')[1]).not.toHaveProperty('answers');
  });

  it('ends the turn also where the host of its workspace does not manage to', async () => {
    ports.next('endTurn', ApplicationFailure.nonRetryable('no disk'));
    const { handle } = await asking();
    await handle.executeUpdate(messages.cancelUpdate, { args: [said()] });
    expect((await handle.result()).outcome).toBe('cancelled');
    expect((await rig.state(handle)).history.map(({ note }) => note)).toContain('endTurn failed: no disk');
  });

  it('stays answerable while it is paused, and goes on when it is resumed', async () => {
    const { handle, status } = await asking();
    await handle.executeUpdate(messages.pauseUpdate, { args: [{ ...said(), now: true }] });
    const paused = await rig.until(handle, ({ pausedBy }) => pausedBy === 'ann');
    expect(paused.question).toEqual(status.question);
    expect(paused.next.map(({ command }) => command)).toContain(`continuo resume ${status.task}`);
    await answer(handle, status, 'Blue');
    await rig.until(handle, ({ waiting }) => waiting?.kind === 'paused');
    await handle.executeUpdate(messages.resumeUpdate, { args: [said()] });
    await finish(handle);
    expect(ports.inputs('runTurn')[1]).toMatchObject({ turn: 1, answers: [{ text: 'Blue' }] });
  });

  it('tells a turn that goes on what was said meanwhile, and the next one only what that did not hear', async () => {
    const { handle, status } = await asking();
    const [first, second] = [said('mind the gap'), said('and the step')];
    await handle.executeUpdate(messages.steerUpdate, { args: [first] });
    await handle.executeUpdate(messages.steerUpdate, { args: [second] });
    expect((await rig.until(handle, asks)).remarks).toEqual([
      { by: 'ann', note: 'mind the gap' },
      { by: 'ann', note: 'and the step' },
    ]);
    const { session, usage } = questionTurn('');
    ports.next('runTurn', {
      kind: 'failed',
      category: 'port_exit',
      message: 'y',
      session,
      usage,
      heard: [first.id],
    });
    await answer(handle, status, 'Blue');
    const slots = rig.grantSlots(handle);
    const failed = await rig.until(handle, ({ waiting }) => waiting?.kind === 'backoff');
    expect(failed.remarks).toEqual([{ by: 'ann', note: 'and the step' }]);
    await handle.executeUpdate(messages.retryUpdate, { args: [said()] });
    expect((await handle.result()).outcome).toBe('done');
    await slots.stop();
    const [, goingOn, next] = ports.inputs('runTurn');
    expect(goingOn).toMatchObject({ turn: 1, feedback: [], remarks: [first, second] });
    // The answer is told again, because that turn failed.
    expect(next).toMatchObject({
      turn: 2,
      feedback: [
        { kind: 'steer', note: 'and the step' },
        { kind: 'answer', answer: 'Blue' },
      ],
    });
  });
});

describe('a task that is paused at once', () => {
  const now = (note = '') => ({ id: randomUUID(), by: 'ann', note, now: true });
  const isPaused = ({ waiting }: TaskStatus) => waiting?.kind === 'paused';

  async function resume(handle: Handle): Promise<void> {
    await handle.executeUpdate(messages.resumeUpdate, { args: [now()] });
    const slots = rig.grantSlots(handle);
    expect((await handle.result()).outcome).toBe('done');
    await slots.stop();
  }

  it('has its turn ended, saves what it did, and goes on in the same session', async () => {
    const { usage } = questionTurn('');
    ports.next('runTurn', async () => {
      await untilCancelled().catch(() => undefined);
      return { kind: 'stopped', session: 'session-7', usage };
    });
    const handle = await rig.start();
    await rig.until(handle, () => ports.inputs('runTurn').length === 1);
    // First so that the turn finishes, then at once.
    await handle.executeUpdate(messages.pauseUpdate, { args: [{ ...now(), now: false }] });
    expect(
      await refusal(handle.executeUpdate(messages.pauseUpdate, { args: [{ ...now(), now: false }] })),
    ).toBe('already paused by ann');
    const { message } = await handle.executeUpdate(messages.pauseUpdate, { args: [now('wait for the fix')] });
    expect(message).toBe('paused by ann; what was running is ended');
    const status = await rig.until(handle, isPaused);
    expect(status.usage).toMatchObject({ turns: 1, totalTokens: 15 });
    expect(ports.inputs('checkpoint')).toHaveLength(1);
    await resume(handle);
    expect(ports.inputs('runTurn')[1]).toMatchObject({
      turn: 2,
      session: 'session-7',
      feedback: [{ kind: 'paused', by: 'ann', note: 'wait for the fix' }],
    });
  });

  it('makes sure that the turn has ended whose worker did not say so', async () => {
    ports.next('runTurn', async () => {
      await untilCancelled().catch(() => undefined);
      throw new Error('the worker died over it');
    });
    const handle = await rig.start();
    await rig.until(handle, () => ports.inputs('runTurn').length === 1);
    await handle.executeUpdate(messages.pauseUpdate, { args: [now()] });
    await rig.until(handle, isPaused);
    expect(ports.inputs('endTurn')).toMatchObject([{ turn: 1 }]);
    await resume(handle);
    expect(ports.inputs('runTurn')[1]).toMatchObject({ turn: 2, feedback: [{ kind: 'paused' }] });
  });

  it('has its checks ended, and verifies the same commit when it is resumed', async () => {
    ports.next('verify', untilCancelled);
    const handle = await rig.start();
    await rig.until(handle, () => ports.inputs('verify').length === 1);
    await handle.executeUpdate(messages.pauseUpdate, { args: [now()] });
    expect((await rig.until(handle, isPaused)).phase).toBe('verify');
    await resume(handle);
    const [first, second] = ports.inputs('verify');
    expect(second).toEqual(first);
    expect(ports.inputs('runTurn')).toHaveLength(1);
  });
});
