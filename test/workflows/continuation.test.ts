import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import { retryUpdate } from '../../src/workflows/messages.js';
import type { ClaimOutcome } from '../../src/workflows/ports.js';
import type { task } from '../../src/workflows/task.js';
import { completedTurn, failedTurn, testConfig, testIssue } from '../support/fake-ports.js';
import { useRig } from '../support/workflow-rig.js';

/** A task without gates: what its tracker says decides when it is over. */
describe('a task that nothing gates', () => {
  const { rig, ports } = useRig();
  const config = testConfig({ ungated: { maxTurns: 3 } });
  const active = (state = 'Todo'): ClaimOutcome => ({ kind: 'claimed', issue: testIssue({ state }) });
  const handedOver: ClaimOutcome = { kind: 'ineligible', reason: 'its state is Human Review' };
  const closed: ClaimOutcome = { kind: 'ineligible', reason: 'its state is Done by now', isTerminal: true };
  const retry = (handle: WorkflowHandle<typeof task>) =>
    handle.executeUpdate(retryUpdate, { args: [{ id: randomUUID(), by: 'ann', note: '' }] });
  const play = async () => {
    const handle = await rig.start({ issue: { source: 'tracker' }, config });
    const slots = rig.grantSlots(handle, config);
    try {
      return { result: await handle.result(), state: await rig.state(handle) };
    } finally {
      await slots.stop();
    }
  };

  it('goes on turn after turn on one thread while the issue is active (AGT-17, DSP-07, ORC-09, PRM-07)', async () => {
    ports.next('claim', active(), active('In Progress'), handedOver, handedOver);
    const { result } = await play();
    expect(result.outcome).toBe('done');
    const [first, second] = ports.inputs('runTurn');
    expect(first).toMatchObject({ session: null, attempt: null, feedback: [] });
    expect(second).toMatchObject({
      session: 'session-1',
      attempt: null,
      feedback: [{ kind: 'continue', state: 'In Progress', turn: 2, turns: 3 }],
    });
    expect(ports.inputs('runTurn')).toHaveLength(2);
    expect(ports.inputs('verify')).toHaveLength(0);
    expect(ports.inputs('requestLanding')).toHaveLength(0);
  });

  it('begins a new run as attempt 1 after the most turns in a row (CFG-17, RET-02, ORC-08)', async () => {
    ports.next('claim', active(), active(), active(), active(), handedOver, handedOver);
    const { result, state } = await play();
    expect(result.outcome).toBe('done');
    const turns = ports.inputs('runTurn').map(({ session, attempt }) => ({ session, attempt }));
    const later = { session: 'session-1', attempt: null };
    expect(turns).toEqual([{ session: null, attempt: null }, later, later, { session: null, attempt: 1 }]);
    const notes = state.history.map(({ note }) => note);
    expect(notes).toContain('its state is Human Review');
  });

  it('counts the failure of a run that goes on as attempt 2 (RET-03, RET-04, RET-12)', async () => {
    const once = testConfig({ ungated: { maxTurns: 1 } });
    ports.next('claim', active(), active(), closed);
    ports.next('runTurn', completedTurn('one'), failedTurn('boom'));
    const handle = await rig.start({ issue: { source: 'tracker' }, config: once });
    const slots = rig.grantSlots(handle, once);
    const status = await rig.until(
      handle,
      ({ waiting, lastError }) => waiting?.kind === 'backoff' && lastError !== null,
    );
    await slots.stop();
    expect(status.attempt).toBe(2);
    const until = status.waiting?.kind === 'backoff' ? Date.parse(status.waiting.until) : 0;
    const waits = until - Date.parse(status.waitsSince ?? '');
    expect(Math.round(waits / 1_000)).toBe(20);
  });

  it('reads the issue when a retry is due, and clears the workspace of a closed one (RET-05, RET-07, REC-10)', async () => {
    ports.next('claim', active(), closed);
    ports.next('runTurn', failedTurn('boom'));
    const handle = await rig.start({ issue: { source: 'tracker' }, config });
    const slots = rig.grantSlots(handle, config);
    await rig.until(handle, ({ waiting }) => waiting?.kind === 'backoff');
    await retry(handle);
    const { outcome } = await handle.result();
    await slots.stop();
    expect(outcome).toBe('cancelled');
    expect(ports.inputs('runTurn')).toHaveLength(1);
    expect(ports.inputs('cleanUp')).toHaveLength(1);
  });

  it.each<[string, ClaimOutcome]>([
    ['is gone (RET-06)', { kind: 'ineligible', reason: 'the tracker no longer has this issue' }],
    ['is not to be worked on (RET-09)', handedOver],
  ])('leaves the workspace of an issue that %s', async (_, outcome) => {
    ports.next('claim', active(), outcome, outcome);
    const { result } = await play();
    expect(result.outcome).toBe('done');
    expect(ports.inputs('cleanUp')).toHaveLength(0);
  });

  it('keeps its claim while the tracker cannot be read, and counts that as no failure (RET-10)', async () => {
    const down: ClaimOutcome = {
      kind: 'unreadable',
      category: 'tracker_request',
      message: 'no answer',
      retryAfterMs: null,
    };
    ports.next('claim', down);
    const handle = await rig.start({ issue: { source: 'tracker' }, config });
    const slots = rig.grantSlots(handle, config);
    for (let tries = 1; tries <= 5; tries += 1) {
      const status = await rig.until(
        handle,
        ({ waiting, attempt }) => waiting?.kind === 'backoff' && attempt === tries,
      );
      expect(status.waitingFor).toContain('retry refresh failed: no answer');
      if (tries < 5) ports.next('claim', down);
      else ports.next('claim', active(), closed, closed);
      await retry(handle);
    }
    expect((await handle.result()).outcome).toBe('done');
    await slots.stop();
  });

  it('waits as long as the tracker asks for', async () => {
    const limited: ClaimOutcome = {
      kind: 'unreadable',
      category: 'tracker_request',
      message: 'too many requests',
      retryAfterMs: 120_000,
    };
    ports.next('claim', limited);
    const handle = await rig.start({ issue: { source: 'tracker' }, config });
    const { waiting, waitsSince } = await rig.until(handle, (status) => status.waiting?.kind === 'backoff');
    const until = waiting?.kind === 'backoff' ? Date.parse(waiting.until) : 0;
    expect(Math.round((until - Date.parse(waitsSince ?? '')) / 1_000)).toBe(120);
  });

  it('ends after one turn where it comes from a prompt, which no tracker can call active', async () => {
    const handle = await rig.start({ config });
    expect((await handle.result()).outcome).toBe('done');
    expect(ports.inputs('runTurn')).toHaveLength(1);
  });

  it('sends secrets back all the same', async () => {
    ports.next('claim', active(), handedOver, handedOver);
    ports.next('checkpoint', { kind: 'secrets', places: ['key.pem:1 private key'] });
    const { result } = await play();
    expect(result.outcome).toBe('done');
    expect(ports.inputs('runTurn')[1]?.feedback).toEqual([
      { kind: 'secrets', places: ['key.pem:1 private key'] },
    ]);
  });
});
