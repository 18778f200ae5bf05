import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { FailureType } from '../../src/domain/failure.js';
import * as messages from '../../src/workflows/messages.js';
import { failedCheck, heldUntil, passedCheck, testEvidence } from '../support/fake-ports.js';
import {
  candidateOf,
  expectDone,
  fillYard,
  heads,
  queueOf,
  tellingCandidates,
  trainOf,
  verified,
} from '../support/landing-yard.js';
import { said } from '../support/people.js';
import { refusal, useRig } from '../support/workflow-rig.js';

// The server suggests a new run after 60 events instead of some thousands.
const { rig, ports } = useRig('limit.historyCount.suggestContinueAsNew=60');
beforeEach(() => tellingCandidates(ports));

const about = (task: string, id: string = randomUUID()) => ({ id, by: 'ann', project: rig.project, task });

/** What is verified is red while this says so. */
function redWhile(isRed: (sha: string) => boolean): void {
  ports.usually('verify', ({ sha, baseSha, overlay }) =>
    testEvidence(sha, baseSha, [!overlay && isRed(sha) ? failedCheck : passedCheck]),
  );
}

function turnsOf(task: string): number {
  return ports.inputs('runTurn').filter(({ identifier }) => identifier === task).length;
}

describe('the train, one change at a time', () => {
  it('lands what waits in its order, each verified on its own', async () => {
    const { tasks, open } = await fillYard(rig, ports, ['a', 'b', 'c']);
    open();
    for (const name of ['a', 'b', 'c']) await expectDone(tasks[name], name);
    expect(heads(ports)).toEqual(['first', 'a', 'b', 'c']);
    expect(verified(ports)).toEqual(['first', 'a', 'b', 'c']);
  });

  it('goes on with those behind one that is red, or in conflict', async () => {
    const { tasks, open } = await fillYard(rig, ports, ['a', 'b', 'c']);
    const hunks = [{ path: 'x.ts', line: 3, base: 'theirs', work: 'ours' }];
    ports.next('rebase', { kind: 'conflict', baseSha: 'base', files: ['x.ts'], hunks });
    redWhile((sha) => sha === 'b' && turnsOf('b') === 1);
    const slots = [rig.grantSlots(tasks.a!), rig.grantSlots(tasks.b!)];
    open();
    for (const name of ['a', 'b', 'c']) await expectDone(tasks[name], name);
    await Promise.all(slots.map(({ stop }) => stop()));
    expect(heads(ports).slice(0, 2)).toEqual(['first', 'c']);
    const told = ports.inputs('runTurn').flatMap(({ feedback }) => feedback);
    expect(told).toContainEqual({ kind: 'conflict', baseSha: 'base', files: ['x.ts'], hunks });
    expect(told).toContainEqual(expect.objectContaining({ kind: 'checks', sha: 'b' }));
  });

  it('waits with a message for a base that moves again and again', async () => {
    ports.usually('merge', () => ({ kind: 'moved' }));
    const handle = await rig.start();
    const { waiting, next } = await rig.until(handle, (status) => status.waiting?.kind === 'base');
    expect(waiting).toMatchObject({ message: expect.stringContaining('main moved 10 times') });
    expect(next[0]?.command).toMatch(/^continuo retry /);
    expect(verified(ports)).toHaveLength(10);
  });

  it('waits for a repository that cannot be reached, and lands when it can', async () => {
    const message = 'the repository cannot be used: timed out';
    ports.next('rebase', ApplicationFailure.nonRetryable(message, FailureType.repository));
    const handle = await rig.start();
    const { waiting } = await rig.until(handle, (status) => status.waiting?.kind === 'base');
    expect(waiting).toMatchObject({ message: `rebase: ${message}` });
    await handle.executeUpdate(messages.retryUpdate, { args: [said()] });
    expect(await handle.result()).toMatchObject({ outcome: 'done' });
  });

  it('ends a task as done whose change the base has already', async () => {
    ports.next('rebase', { kind: 'empty', baseSha: 'theirs' });
    const handle = await rig.start();
    await expectDone(handle, 'theirs');
    const { history } = await rig.state(handle);
    expect(history.map((entry) => entry.note)).toContain(
      'nothing to land: main has all of it already, at theirs',
    );
    expect(heads(ports)).toEqual([]);
  });
});

describe('the train, several changes together', () => {
  it('verifies the last one alone and moves the base once', async () => {
    const { tasks, open } = await fillYard(rig, ports, ['a', 'b', 'c', 'd'], { batch: 3 });
    open();
    await expectDone(tasks.a, 'a');
    await expectDone(tasks.b, 'b on a');
    await expectDone(tasks.c, 'c on b on a');
    await expectDone(tasks.d, 'd');
    expect(verified(ports)).toEqual(['first', 'c on b on a', 'd']);
    expect(ports.inputs('merge').slice(1, 2)).toMatchObject([
      { entry: { identifier: 'c' }, candidate: { sha: 'c on b on a', baseSha: 'base' } },
    ]);
    const { history } = await rig.state(tasks.a!);
    expect(history.map((entry) => entry.note)).toContain(
      'landed on main as a, verified together with others as c on b on a',
    );
  });

  it('finds the one that is red by halves, and lands the others', async () => {
    const { tasks, open } = await fillYard(rig, ports, ['a', 'b', 'c', 'd', 'e'], { batch: 5 });
    redWhile((sha) => sha.includes('c') && turnsOf('c') === 1);
    const slots = rig.grantSlots(tasks.c!);
    open();
    await expectDone(tasks.b, 'b on a');
    await expectDone(tasks.e, 'e on d');
    expect((await tasks.c!.result()).outcome).toBe('done');
    await slots.stop();
    expect(verified(ports).slice(1, 5)).toEqual(['e on d on c on b on a', 'b on a', 'c on b on a', 'e on d']);
    expect(heads(ports).slice(1, 3)).toEqual(['b on a', 'e on d']);
    expect(turnsOf('c')).toBe(2);
    expect(turnsOf('d') + turnsOf('e')).toBe(2);
  });

  it('lets one that does not fit on the others wait until they have landed', async () => {
    const { tasks, open } = await fillYard(rig, ports, ['a', 'b', 'c'], { batch: 3 });
    ports.usually('rebase', ({ entry, onto }) =>
      entry.identifier === 'b' && onto !== undefined
        ? { kind: 'conflict', baseSha: onto.sha, files: ['x.ts'] }
        : { kind: 'ready', candidate: { sha: candidateOf(entry.identifier, onto), baseSha: 'base' } },
    );
    open();
    await expectDone(tasks.a, 'a');
    await expectDone(tasks.c, 'c on a');
    await expectDone(tasks.b, 'b');
    expect(turnsOf('b')).toBe(1);
    expect(heads(ports)).toEqual(['first', 'c on a', 'b']);
  });

  it('puts all of them on the base anew when it has moved', async () => {
    const { tasks, open } = await fillYard(rig, ports, ['a', 'b'], { batch: 2 });
    ports.next('merge', { kind: 'merged' }, { kind: 'moved' });
    open();
    await expectDone(tasks.a, 'a');
    await expectDone(tasks.b, 'b on a');
    const rebased = ports.inputs('rebase').map(({ entry }) => entry.identifier);
    expect(rebased).toEqual(['first', 'a', 'b', 'a', 'b']);
    expect(verified(ports)).toEqual(['first', 'b on a', 'b on a']);
  });

  it('tries one alone when something fails that is not about the repository', async () => {
    const { tasks, open } = await fillYard(rig, ports, ['a', 'b'], { batch: 2 });
    ports.usually('verify', ({ sha, baseSha }) => {
      if (sha.startsWith('b')) throw ApplicationFailure.nonRetryable('no disk', 'infrastructure');
      return testEvidence(sha, baseSha, [passedCheck]);
    });
    open();
    await expectDone(tasks.a, 'a');
    const parked = await rig.until(tasks.b!, (status) => status.waiting?.kind === 'retry');
    expect(parked.history.at(-1)?.note).toBe('failed (infrastructure): verify: no disk');
  });

  it('leaves out one whose task was cancelled while others were put below it', async () => {
    const { tasks, open } = await fillYard(rig, ports, ['a', 'b'], { batch: 2 });
    ports.usually('rebase', async ({ entry, onto }) => {
      if (onto === undefined) return { kind: 'ready', candidate: { sha: entry.identifier, baseSha: 'base' } };
      await tasks.b!.executeUpdate(messages.cancelUpdate, { args: [said()] });
      return { kind: 'conflict', baseSha: onto.sha, files: ['x.ts'] };
    });
    open();
    await expectDone(tasks.a, 'a');
    expect((await tasks.b!.result()).outcome).toBe('cancelled');
    expect(heads(ports)).toEqual(['first', 'a']);
  });
});

describe('the queue', () => {
  it('shows order, what is at work and its step, also in the Temporal UI', async () => {
    const { open, tasks } = await fillYard(rig, ports, ['a', 'b']);
    const { entries } = await queueOf(rig);
    expect(entries.map(({ task, step }) => [task, step])).toEqual([
      ['first', 'rebase'],
      ['a', null],
      ['b', null],
    ]);
    const { currentDetails } = await trainOf(rig).query<{ currentDetails: string }>(
      '__temporal_workflow_metadata',
    );
    expect(currentDetails).toContain('**Landing on main**');
    expect(currentDetails).toMatch(/^1\. first `c0+` is put on the base, since 20/m);
    expect(currentDetails).toMatch(/^3\. b `c0+` waits since 20/m);
    open();
    await tasks.b!.result();
  });

  it('lets a person move a change to the front, once', async () => {
    const { tasks, open } = await fillYard(rig, ports, ['a', 'b', 'c']);
    const train = trainOf(rig);
    const message = about('c');
    const receipt = await train.executeUpdate(messages.prioritizeUpdate, { args: [message] });
    expect(receipt.message).toBe('c was moved to the front by ann');
    await train.executeUpdate(messages.prioritizeUpdate, { args: [about('b')] });
    // The same message again would put c before b.
    await train.signal(messages.prioritizeSignal, message);
    const { entries, remarks } = await queueOf(rig);
    expect(entries.map(({ task }) => task)).toEqual(['first', 'b', 'c', 'a']);
    expect(remarks).toEqual([
      expect.stringContaining('c was moved to the front by ann'),
      expect.stringContaining('b was moved to the front by ann'),
    ]);
    open();
    await tasks.a!.result();
    expect(heads(ports)).toEqual(['first', 'b', 'c', 'a']);
  });

  it('refuses what is not there, at work, or next already', async () => {
    const { tasks, open } = await fillYard(rig, ports, ['a']);
    const ask = (update: typeof messages.removeUpdate, task: string) =>
      refusal(trainOf(rig).executeUpdate(update, { args: [about(task)] }));
    expect(await ask(messages.removeUpdate, 'z')).toBe('z is not in the queue of main');
    expect(await ask(messages.removeUpdate, 'first')).toContain('first is at work already (rebase)');
    expect(await ask(messages.prioritizeUpdate, 'first')).toContain('at work already');
    expect(await ask(messages.prioritizeUpdate, 'a')).toBe('a is the next one already');
    open();
    await tasks.a!.result();
  });

  it('pauses the task whose change a person takes out, and queues it again when it is resumed', async () => {
    const { tasks, open } = await fillYard(rig, ports, ['a', 'b']);
    await trainOf(rig).executeUpdate(messages.removeUpdate, { args: [about('a')] });
    const paused = await rig.until(tasks.a!, ({ waiting }) => waiting?.kind === 'paused');
    expect(paused.waiting).toMatchObject({ by: 'ann' });
    expect(paused.history.at(-1)?.note).toContain('taken out of the queue of main by ann');
    expect((await queueOf(rig)).entries.map(({ task }) => task)).toEqual(['first', 'b']);
    open();
    await expectDone(tasks.b, 'b');
    await tasks.a!.executeUpdate(messages.resumeUpdate, { args: [said()] });
    await expectDone(tasks.a, 'a');
    expect(heads(ports)).toEqual(['first', 'b', 'a']);
  });

  it('is carried from run to run, with the messages that took effect', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const { tasks, open } = await fillYard(rig, ports, names);
    const train = trainOf(rig);
    const firstRun = (await train.describe()).runId;
    const message = about('b', 'move-b');
    await train.executeUpdate(messages.prioritizeUpdate, { args: [message] });
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    ports.usually('rebase', async ({ entry }) => {
      if (entry.identifier === 'e') await heldUntil(released);
      return { kind: 'ready', candidate: { sha: entry.identifier, baseSha: 'base' } };
    });
    open();
    await tasks.d!.result();
    expect((await train.describe()).runId).not.toBe(firstRun);
    expect((await queueOf(rig)).entries.map(({ task }) => task)).toEqual(['e', 'f']);
    expect(await train.executeUpdate(messages.prioritizeUpdate, { args: [message] })).toEqual({
      message: 'already recorded',
    });
    release();
    await expectDone(tasks.f, 'f');
    expect(heads(ports)).toEqual(['first', 'b', 'a', 'c', 'd', 'e', 'f']);
  });
});

describe('a change that is red on a newer base', () => {
  const takenIns = () => ports.inputs('takeInBase').map(({ entry, baseSha }) => [entry.identifier, baseSha]);
  const redOnce = () => redWhile((sha) => sha.includes('b') && turnsOf('b') === 1);

  it('goes back with that base in its files, and is judged against it', async () => {
    const { tasks, open } = await fillYard(rig, ports, ['a', 'b', 'c'], { batch: 3 });
    redOnce();
    const slots = rig.grantSlots(tasks.b!);
    open();
    expect(await tasks.b!.result()).toMatchObject({ outcome: 'done' });
    await slots.stop();
    expect(takenIns()).toEqual([['b', 'a']]);
    const turn = ports.inputs('runTurn').findLast(({ identifier }) => identifier === 'b');
    const joined = { baseSha: 'a', takenIn: { kind: 'taken', conflicts: [] } };
    expect(turn).toMatchObject({ workspace: { baseSha: 'a' }, feedback: [{ kind: 'checks', joined }] });
    const judged = ports.inputs('verify').filter(({ overlay, baseSha }) => overlay && baseSha === 'a');
    expect(judged).toHaveLength(1);
  });

  it.each([
    ['it was edited', { kind: 'left', message: 'no' } as const, 'no'],
    ['of a full disk', ApplicationFailure.nonRetryable('disk full', FailureType.infrastructure), 'disk full'],
  ])('is told why where its workspace cannot take it, because %s', async (_, step, message) => {
    const { tasks, open } = await fillYard(rig, ports, ['b']);
    ports.next('takeInBase', step);
    redOnce();
    const slots = rig.grantSlots(tasks.b!);
    open();
    await expectDone(tasks.b, 'b');
    await slots.stop();
    const turn = ports.inputs('runTurn').findLast(({ identifier }) => identifier === 'b');
    const joined = { baseSha: 'base', takenIn: { kind: 'left', message } };
    expect(turn).toMatchObject({ workspace: { baseSha: 'base' }, feedback: [{ joined }] });
    const { history } = await rig.state(tasks.b!);
    expect(history.map(({ note: text }) => text)).toContain(
      `the files of the work could not take it: ${message}`,
    );
  });
});
