import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Duration } from '@temporalio/common';
import { ApplicationFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { WorkflowHandle } from '@temporalio/client';
import type { Waiting } from '../../src/domain/waiting.js';
import * as messages from '../../src/workflows/messages.js';
import type { task } from '../../src/workflows/task.js';
import {
  completedTurn,
  failedTurn,
  FakePorts,
  questionTurn,
  testConfig,
  testSha,
} from '../support/fake-ports.js';
import { said } from '../support/people.js';
import { startTimeSkippingServer } from '../support/temporal.js';
import type { Rig } from '../support/workflow-rig.js';
import { openRig } from '../support/workflow-rig.js';

describe('the waits of a task', () => {
  let env: TestWorkflowEnvironment;
  let ports: FakePorts;
  let rig: Rig;
  let closeRig: () => Promise<void>;

  // A server for each test: time is one for all workflows of a server.
  beforeEach(async () => {
    env = await startTimeSkippingServer();
    ports = new FakePorts();
    ({ rig, close: closeRig } = await openRig(env, ports));
  });
  afterEach(async () => {
    await closeRig();
    await env.teardown();
  });

  /** Skips this long, once the task waits for that. */
  const skip = async (handle: WorkflowHandle<typeof task>, kind: Waiting['kind'], duration: Duration) => {
    const status = await rig.until(handle, ({ waiting }) => waiting?.kind === kind);
    await env.sleep(duration);
    return status;
  };

  it('closes a failed task that nobody retries, after fourteen days', async () => {
    ports.next('prepare', { kind: 'impossible', category: 'workspace_invalid', message: 'no such base' });
    const handle = await rig.start();
    await skip(handle, 'retry', '14 days');
    await expect(handle.result()).rejects.toMatchObject({
      cause: { type: 'task_failed', message: expect.stringContaining('no such base') },
    });
    expect(ports.inputs('settle')).toMatchObject([{ outcome: 'failed' }]);
  });

  it('repeats a failed turn after a backoff that grows, and keeps what it was told (AGT-19, ORC-05, ORC-12, RET-03, RET-08, RET-11)', async () => {
    ports.next('runTurn', failedTurn('crashed'), failedTurn('crashed again'));
    const handle = await rig.start();
    const slots = rig.grantSlots(handle);
    await handle.signal(messages.steerSignal, said('mind the gap'));
    await skip(handle, 'backoff', '10s');
    const { attempt, lastError } = await skip(handle, 'backoff', '20s');
    expect(attempt).toBe(2);
    expect(lastError).toMatchObject({ message: expect.stringContaining('crashed again') });
    expect((await handle.result()).outcome).toBe('done');
    await slots.stop();
    expect(ports.inputs('runTurn').map((input) => input.attempt)).toEqual([null, 1, 2]);
    expect(ports.inputs('runTurn').at(-1)?.feedback).toMatchObject([{ kind: 'steer', note: 'mind the gap' }]);
    const { events } = await handle.fetchHistory();
    const timers = (events ?? []).flatMap(({ timerStartedEventAttributes: timer }) =>
      timer?.startToFireTimeout ? [Number(timer.startToFireTimeout.seconds)] : [],
    );
    expect(timers).toEqual(expect.arrayContaining([10, 20]));
  });

  it('forgets a backoff that was given up: its time being over starts nothing (RET-01)', async () => {
    ports.next('runTurn', failedTurn('crashed'));
    const handle = await rig.start();
    const slots = rig.grantSlots(handle);
    await rig.until(handle, ({ waiting }) => waiting?.kind === 'backoff');
    await handle.signal(messages.pauseSignal, said());
    await skip(handle, 'paused', '1h');
    expect((await rig.state(handle)).waiting?.kind).toBe('paused');
    expect(ports.inputs('runTurn')).toHaveLength(1);
    await handle.signal(messages.resumeSignal, said());
    expect((await handle.result()).outcome).toBe('done');
    await slots.stop();
    expect(ports.inputs('runTurn')).toHaveLength(2);
  });

  it('takes a changed configuration with its next slot, and not in the middle of a turn (TOOL-02)', async () => {
    const changed = { ...testConfig(), hash: 'changed' };
    ports.next('runTurn', async () => {
      await handle.signal(messages.configuredSignal, { config: changed });
      return failedTurn('crashed');
    });
    const handle = await rig.start();
    const slots = rig.grantSlots(handle, changed);
    await skip(handle, 'backoff', '10s');
    expect((await handle.result()).outcome).toBe('done');
    await slots.stop();
    const { hash } = testConfig();
    expect(ports.inputs('checkpoint').map(({ config }) => config)).toEqual([hash, 'changed']);
    expect(ports.inputs('runTurn').map(({ config }) => config)).toEqual([hash, 'changed']);
  });

  it('counts how long it waits from the beginning, also when it asks again', async () => {
    ports.next('runTurn', failedTurn('crashed'));
    const handle = await rig.start();
    const failed = await skip(handle, 'backoff', '10s');
    const asked = await rig.until(handle, ({ waiting }) => waiting?.kind === 'slot');
    expect(asked.waitsSince).not.toBe(failed.waitsSince);
    await env.sleep('2 hours');
    const again = await rig.until(handle, ({ waiting }) => waiting?.kind === 'slot');
    expect(again.waiting).not.toEqual(asked.waiting);
    expect(again.waitsSince).toBe(asked.waitsSince);
  });

  it('counts anew when what was waited for comes to nothing', async () => {
    const refused = ApplicationFailure.nonRetryable('the base is gone');
    ports.next('requestLanding', refused, refused);
    const handle = await rig.start();
    const failed = await skip(handle, 'retry', '1 day');
    await handle.executeUpdate(messages.retryUpdate, { args: [said()] });
    const again = await rig.until(
      handle,
      ({ waiting }) => waiting?.kind === 'retry' && ports.inputs('requestLanding').length === 2,
    );
    expect(again.waitsSince).not.toBe(failed.waitsSince);
  });

  it('parks when its attempts are used up', async () => {
    ports.next('runTurn', failedTurn('a'), failedTurn('b'), failedTurn('c'));
    const handle = await rig.start();
    const slots = rig.grantSlots(handle);
    await skip(handle, 'backoff', '10s');
    await skip(handle, 'backoff', '20s');
    const parked = await rig.until(handle, ({ waiting }) => waiting?.kind === 'retry');
    expect(parked.history.at(-1)?.note).toContain('3 attempts failed; the last one: c');
    await slots.stop();
  });

  it('waits for days', async () => {
    const handle = await rig.start({ config: testConfig({ human: 'always' }) });
    await skip(handle, 'decision', '40 days');
    await handle.signal(messages.decideSignal, { ...said(), verdict: 'approve', sha: testSha(1), round: 1 });
    expect((await handle.result()).outcome).toBe('done');
  });

  it('waits a month for an answer and goes on with the turn that asked', async () => {
    ports.next('runTurn', questionTurn('Blue or green?'));
    const handle = await rig.start();
    const slots = rig.grantSlots(handle);
    const asking = await skip(handle, 'question', '30 days');
    expect((await rig.state(handle)).slot).toBe('none');
    await handle.executeUpdate(messages.answerUpdate, {
      args: [{ id: randomUUID(), by: 'ann', questionId: asking.question!.id, text: 'Blue' }],
    });
    expect((await handle.result()).outcome).toBe('done');
    await slots.stop();
    const [asked, goingOn] = ports.inputs('runTurn');
    expect(goingOn).toEqual({
      ...asked,
      session: 'session-1',
      answers: [{ questionId: asking.question!.id, question: 'Blue or green?', text: 'Blue', by: 'ann' }],
    });
  });

  it('waits for a quota to come back (OBS-11)', async () => {
    const until = new Date(Date.now() + 3_600_000).toISOString();
    ports.next('runTurn', { ...completedTurn(''), kind: 'quota', until, message: 'limit reached' });
    const handle = await rig.start();
    const slots = rig.grantSlots(handle);
    await skip(handle, 'backoff', '1 hour');
    expect((await handle.result()).outcome).toBe('done');
    await slots.stop();
  });

  it('parks as infrastructure when a port does not come back, and retries from that phase', async () => {
    const down = new Error('disk on fire');
    ports.next('verify', ...Array.from({ length: 100 }, () => down));
    const handle = await rig.start();
    await rig.until(handle, () => ports.inputs('verify').length > 0);
    await env.sleep('2 hours');
    const parked = await rig.until(handle, (status) => status.waiting?.kind === 'retry');
    expect(parked.lastError).toMatchObject({ message: 'verify: disk on fire' });
    expect(parked.phase).toBe('failed');

    const slots = rig.grantSlots(handle);
    await handle.executeUpdate(messages.retryUpdate, { args: [said()] });
    expect((await handle.result()).outcome).toBe('done');
    expect(ports.inputs('runTurn')).toHaveLength(1);
    await slots.stop();
  });
});
