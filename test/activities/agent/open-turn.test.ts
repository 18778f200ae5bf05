import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SteerInput, TurnOutcome } from '../../../src/workflows/ports.js';
import type { AskingKind } from '../../support/asking-backend.js';
import { askingAgent } from '../../support/asking-backend.js';
import { until } from '../../support/engine.js';
import { TestHost } from './host.js';

let host: TestHost;
afterEach(() => host.remove());

const hooks = 'hooks: { before_run: echo before >> order, after_run: echo after >> order }';
function open(kind: AskingKind, more = ''): void {
  const sections = `agent: { kind: command }\ncommand: { run: 'true' }\n${hooks}\n${more}`;
  host = new TestHost(sections, undefined, process.env, { createAgent: askingAgent(kind) });
}
const notes = () => host.read('notes').trim().split('\n');
const notesHave = (text: string) =>
  until(() => existsSync(join(host.workspace, 'notes')) && host.read('notes').includes(text));
/** A later activity has a higher epoch on a server; here its attempt stands for that. */
const activity = (activityId: string, attempt = 1) => new MockActivityEnvironment({ activityId, attempt });

const questionId = 'turn-1.0/colour';
const answers = [{ questionId, question: 'Which colour?', text: 'Blue', by: 'ann' }];
async function ask(): Promise<TurnOutcome> {
  const outcome = await host.runTurn({}, activity('ask'));
  expect(outcome).toMatchObject({
    kind: 'question',
    session: 'thread-1',
    question: { id: questionId, text: 'Which colour?', options: ['Blue', 'Green'] },
  });
  return outcome;
}
const goOn = () => host.runTurn({ session: 'thread-1', answers }, activity('go on', 2));

describe('a turn whose agent asks', () => {
  it('goes on in the same program when it is answered', async () => {
    open('asks');
    await ask();
    expect(await host.running()).toHaveLength(1);
    expect(await goOn()).toMatchObject({ kind: 'completed', summary: 'painted it Blue' });
    expect(notes()).toEqual(['begin null unanswered', 'reply Blue']);
    expect(host.read('order')).toBe('before\nafter\n');
  });

  it('is ended with all it started, once, and its hook runs', async () => {
    open('asks');
    await ask();
    const end = () => activity('end').run(() => host.activities.endTurn(host.input));
    await activity('other').run(() => host.activities.endTurn({ ...host.input, turn: 11 }));
    expect(await host.running()).toHaveLength(1);
    await end();
    expect(await host.running()).toEqual([]);
    await end();
    expect(host.read('order')).toBe('before\nafter\n');
  });

  it.each([
    ['its keeper is killed', ''],
    ['its lease is over', 'keeper: { lease_ms: 200 }'],
  ])('begins its session again when %s, and is told the answer once', async (_what, more) => {
    open('asks', more);
    await ask();
    if (more === '')
      for (const { keeper } of await host.running()) process.kill(keeper.process.pid, 'SIGKILL');
    await until(async () => (await host.running()).length === 0);
    expect(await goOn()).toMatchObject({ kind: 'completed', summary: 'it was told', wasCutOff: true });
    expect(notes()).toEqual(['begin null unanswered', 'begin thread-1 answered']);
  });
});

describe('a turn that has no time left', () => {
  it('is ended although its agent is silent, and the silence counts', async () => {
    open('listens');
    const outcome = await host.runTurn({ limits: { tokens: null, usd: null, ms: 700 } });
    expect(outcome).toMatchObject({ kind: 'limit', message: expect.stringContaining('1 s were left') });
    expect(outcome.usage.agentMs).toBeGreaterThan(700);
    expect(await host.running()).toEqual([]);
  });

  it('waits for a person all the same', async () => {
    open('asks');
    const limits = { tokens: null, usd: null, ms: 60_000 };
    const asked = await host.runTurn({ limits }, activity('ask'));
    const outcome = await host.runTurn({ session: 'thread-1', answers, limits }, activity('go on', 2));
    expect([asked.kind, outcome.kind]).toEqual(['question', 'completed']);
  });
});

describe('a remark', () => {
  const remark = (id: string, note: string): SteerInput => ({
    workspace: host.input.workspace,
    turn: 1,
    remark: { id, by: 'ann', note },
    at: new Date().toISOString(),
  });
  const steer = (input: SteerInput) => activity(input.remark.id).run(() => host.activities.steer(input));

  beforeEach(() => open('listens'));

  it('is heard by the turn that runs, once, and told in its outcome', async () => {
    const running = host.runTurn();
    await notesHave('begin');
    expect(await steer(remark('one', 'mind the gap'))).toEqual({ heard: true });
    // As a worker that died over it does.
    expect(await steer(remark('one', 'mind the gap'))).toEqual({ heard: true });
    expect(await steer(remark('two', 'now finish'))).toEqual({ heard: true });
    const outcome = await running;
    expect(outcome).toMatchObject({ kind: 'completed', heard: ['one', 'two'] });
    expect(notes()).toHaveLength(3);
    expect(notes()[1]).toContain('remark ann says: ```text mind the gap ```');
    // As it is kept.
    expect(await host.runTurn()).toMatchObject({ kind: 'completed', heard: ['one', 'two'] });
  });

  it('that came before the turn began is there when it does', async () => {
    const waiting = steer(remark('two', 'now finish'));
    const known = { id: 'one', by: 'ann', note: 'mind the gap' };
    expect(await host.runTurn({ remarks: [known] })).toMatchObject({ heard: ['one', 'two'] });
    expect(await waiting).toEqual({ heard: true });
  });

  it('stops waiting when its activity is cancelled', async () => {
    const nobody = activity('nobody');
    const waiting = nobody.run(() => host.activities.steer(remark('one', 'mind the gap')));
    nobody.cancel();
    await expect(waiting).rejects.toThrow();
  });
});
