import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { BudgetKind } from '../../src/domain/budget.js';
import type { ConfigView } from '../../src/domain/config-view.js';
import { newTask } from '../../src/domain/task.js';
import type { TaskStatus } from '../../src/domain/status.js';
import type { TurnUsage } from '../../src/domain/usage.js';
import { noUsage } from '../../src/domain/usage.js';
import * as messages from '../../src/workflows/messages.js';
import type { TurnOutcome } from '../../src/workflows/ports.js';
import { completedTurn, failedTurn, testConfig, testIssue } from '../support/fake-ports.js';
import { refusal, useRig } from '../support/workflow-rig.js';

describe('the budget of a task', () => {
  const { rig, ports } = useRig();

  const raise = (wanted: Partial<Record<BudgetKind, number>>): { args: [messages.RaiseBudgetMessage] } => ({
    args: [{ id: randomUUID(), by: 'ann', usd: 0, tokens: 0, turns: 0, minutes: 0, ...wanted }],
  });
  const waits = ({ waiting }: TaskStatus) => waiting?.kind === 'budget';
  const spent = { ...noUsage, inputTokens: 900, outputTokens: 100, totalTokens: 1000, costUsd: 2 };
  const ended = (usage: Partial<TurnUsage> = {}): TurnOutcome => ({
    kind: 'limit',
    message: 'no more is left',
    session: 'session-1',
    usage: { ...spent, agentMs: 120_000, ...usage },
  });

  it.each<[BudgetKind, Partial<ConfigView['limits']>, number, string]>([
    ['usd', { usd: 2 }, 3, '2.00 of 2.00 USD'],
    ['tokens', { tokens: 1000 }, 5000, '1000 of 1000 tokens'],
    ['turns', { turns: 1 }, 2, '1 of 1 turns'],
    ['minutes', { minutes: 2 }, 3, '2 of 2 minutes'],
  ])('waits for more %s without a slot, and goes on in its session', async (kind, limits, more, sentence) => {
    ports.next('runTurn', ended());
    const config = testConfig({ limits });
    const handle = await rig.start({ config });
    const waiting = await rig.until(handle, waits);
    expect(waiting.waitingFor).toBe(`somebody to raise its budget: ${sentence} are spent`);
    expect(waiting.next[0]?.command).toMatch(new RegExp(`^continuo budget .* --${kind} `));
    expect((await rig.state(handle)).slot).toBe('none');

    const slots = rig.grantSlots(handle, config);
    await handle.executeUpdate(messages.raiseBudgetUpdate, raise({ [kind]: more }));
    expect((await handle.result()).outcome).toBe('done');
    await slots.stop();
    expect(ports.inputs('runTurn')).toMatchObject([{ turn: 1 }, { turn: 2, session: 'session-1' }]);
  });

  it('gives each turn what is left over the whole life of the task', async () => {
    ports.next(
      'runTurn',
      ended(),
      { ...failedTurn('crashed'), usage: { ...spent, agentMs: 60_000 } },
      ended(),
    );
    const config = testConfig({ limits: { usd: 10, tokens: 10_000, minutes: 10, attempts: 1 } });
    const handle = await rig.start({ config });
    const slots = rig.grantSlots(handle, config);
    await rig.until(handle, ({ waiting }) => waiting?.kind === 'retry');
    await handle.executeUpdate(messages.retryUpdate, { args: [{ id: randomUUID(), by: 'ann', note: '' }] });
    await handle.result();
    await slots.stop();
    expect(ports.inputs('runTurn').map(({ limits }) => limits)).toEqual([
      { usd: 10, tokens: 10_000, ms: 600_000 },
      { usd: 8, tokens: 9000, ms: 480_000 },
      { usd: 6, tokens: 8000, ms: 420_000 },
      { usd: 4, tokens: 7000, ms: 300_000 },
    ]);
  });

  it('counts a price that nobody knows as unknown', async () => {
    ports.next('runTurn', ended({ costUsd: null }));
    const handle = await rig.start({ config: testConfig({ limits: { usd: 1, turns: 1 } }) });
    const { usage, waiting } = await rig.until(handle, waits);
    expect([usage.costUsd, waiting]).toEqual([null, expect.objectContaining({ of: 'turns' })]);
  });

  it('refuses what raises nothing', async () => {
    ports.next('runTurn', ended());
    const handle = await rig.start({ config: testConfig({ limits: { turns: 1, usd: 1 } }) });
    await rig.until(handle, waits);
    const refused = async (wanted: Partial<Record<BudgetKind, number>>) =>
      refusal(handle.executeUpdate(messages.raiseBudgetUpdate, raise(wanted)));
    expect(await refused({})).toBe('no limit is named');
    expect(await refused({ turns: 1 })).toBe('its limit of turns is 1 already');
    expect(await refused({ usd: 1.5 })).toBe('2.00 USD are spent already');
    expect(await refused({ turns: 2.5 })).toBe('turns cannot be 2.5');
    expect(await refused({ minutes: 5 })).toBe('nothing limits its minutes');
  });

  it('takes the same message once, also as a signal', async () => {
    ports.next('runTurn', ended());
    const handle = await rig.start({ config: testConfig({ limits: { turns: 1 } }) });
    await rig.until(handle, waits);
    const message = raise({ turns: 2 }).args[0];
    await handle.signal(messages.raiseBudgetSignal, message);
    const receipt = await handle.executeUpdate(messages.raiseBudgetUpdate, { args: [message] });
    expect(receipt.message).toBe('already recorded');
    expect((await rig.state(handle)).raised).toEqual({ turns: 2 });
  });

  it('takes a higher limit of the workflow file when it is told to look again', async () => {
    ports.next('runTurn', ended());
    const handle = await rig.start({ config: testConfig({ limits: { turns: 1 } }) });
    await rig.until(handle, waits);
    const slots = rig.grantSlots(handle, testConfig({ limits: { turns: 2 } }));
    await handle.executeUpdate(messages.retryUpdate, { args: [{ id: randomUUID(), by: 'ann', note: '' }] });
    expect((await handle.result()).outcome).toBe('done');
    await slots.stop();
  });

  it('reads the state of an earlier version, which knows no raised limits', async () => {
    const issue = testIssue({ identifier: randomUUID(), source: 'prompt' });
    const config = testConfig({ limits: { turns: 1 } });
    const state = {
      ...newTask(rig.project, issue),
      raised: undefined,
      config,
      host: 'host',
      slot: 'held' as const,
    };
    ports.next('runTurn', completedTurn('did it'));
    const handle = await rig.start({
      issue,
      state: JSON.parse(JSON.stringify(state)) as ReturnType<typeof newTask>,
    });
    expect((await handle.result()).outcome).toBe('done');
  });
});
