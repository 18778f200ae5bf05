import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasVariable, listProcesses } from '../../../src/activities/keeper/processes.js';
import { EvictedError, runProgram } from '../../../src/activities/keeper/program.js';
import { SupersededError } from '../../../src/activities/keeper/run-hold.js';
import { until } from '../../support/engine.js';
import { TestHost } from './host.js';

/** Says that it has begun, and ends well once the test lets it. */
const waits = 'echo agent >> order; touch begun; until [ -e go ]; do sleep 0.02; done; echo done';
/** Hangs when it is started first, and then says what it is told. */
const hangsOnce =
  'cat >> told.txt; echo agent >> order; if [ -e begun ]; then echo done; else touch begun; sleep 1000; fi';
const hooks = '{ before_run: echo before >> order, after_run: echo after >> order }';

function sections(script: string, more = ''): string {
  return `agent: { kind: command }
command: { run: ${JSON.stringify(script)} }
hooks: ${hooks}
${more}`;
}

const attempt = (number: number) => new MockActivityEnvironment({ activityId: 'one', attempt: number });

let host: TestHost;
afterEach(() => host.remove());

const begun = () => until(() => existsSync(join(host.workspace, 'begun')));
const agentsStarted = () =>
  existsSync(join(host.workspace, 'order')) ? host.read('order').split('agent').length - 1 : 0;
const go = () => writeFileSync(join(host.workspace, 'go'), '');

/** Begins the turn, and lets the worker leave it once the agent is at work. */
async function beginAndLeave(): Promise<unknown> {
  const activity = attempt(1);
  const caught = host.runTurn({}, activity).catch((error: unknown) => error);
  await begun();
  activity.cancel('WORKER_SHUTDOWN');
  return caught;
}

describe('a turn whose worker leaves', () => {
  it('goes on, and the next attempt takes its outcome', async () => {
    host = new TestHost(sections(waits));
    expect(await beginAndLeave()).toMatchObject({ nextRetryDelay: '1ms', nonRetryable: false });
    expect(await host.running()).toHaveLength(1);
    expect(host.read('order')).toBe('before\nagent\n');

    const next = host.runTurn({}, attempt(2));
    go();
    expect(await next).toMatchObject({ kind: 'completed', summary: 'done' });
    expect(host.read('order')).toBe('before\nagent\nafter\n');
    expect(host.readRun('transcript.log').match(/==== turn 1 .* \(round 1\)/g)).toHaveLength(1);
  });

  it('has its outcome kept while nobody is there', async () => {
    host = new TestHost(sections(waits));
    await beginAndLeave();
    go();
    await until(async () => (await host.running()).length === 0);
    expect(await host.runTurn({}, attempt(2))).toMatchObject({ kind: 'completed', summary: 'done' });
    expect(host.read('order')).toBe('before\nagent\nafter\n');
  });

  it('ends with everything it started when the next attempt is cancelled', async () => {
    host = new TestHost(sections('sleep 1000 & touch begun; wait'));
    await beginAndLeave();
    const next = attempt(2);
    const running = host.runTurn({}, next);
    next.cancel();
    expect(await running).toMatchObject({ kind: 'stopped' });
    expect(await host.running()).toEqual([]);
    expect(host.read('order')).toBe('before\nafter\n');
  });

  it('is ended by the turn that follows, if nobody took it up', async () => {
    host = new TestHost(sections(waits));
    await beginAndLeave();
    const activity = new MockActivityEnvironment({ activityId: 'two' });
    go();
    await host.runTurn({ turn: 2 }, activity);
    expect(host.readRun('transcript.log')).not.toContain('turn 1 of SHOP-1 completed');
    expect(await host.running()).toEqual([]);
  });

  it('is played again, and the agent told, when no worker came before its lease was over', async () => {
    host = new TestHost(sections(hangsOnce, 'keeper: { lease_ms: 200 }'));
    await beginAndLeave();
    await until(async () => (await host.running()).length === 0);
    expect(host.read('told.txt')).not.toContain('The last turn was cut off');
    expect(await host.runTurn({}, attempt(2))).toMatchObject({ kind: 'completed', summary: 'done' });
    expect(host.read('told.txt')).toContain('The last turn was cut off');
    expect(host.read('order')).toBe('before\nagent\nagent\nafter\n');
  });
});

describe('a turn whose keeper is lost', () => {
  let cookies: string[];
  beforeEach(() => {
    cookies = [];
  });
  const loseKeeper = async () => {
    for (const { keeper } of await host.running()) {
      cookies.push(keeper.cookie);
      process.kill(keeper.process.pid, 'SIGKILL');
    }
  };
  /** What the lost keepers had started, and what that had started. */
  const remains = async () =>
    (await listProcesses()).filter(({ pid }) =>
      cookies.some((cookie) => hasVariable(pid, 'CONTINUO_PROGRAM', cookie)),
    );

  it.each(['while a worker attends', 'while none does'])('is played again, %s', async (when) => {
    host = new TestHost(sections(hangsOnce));
    if (when === 'while none does') await beginAndLeave();
    const running = when === 'while none does' ? null : host.runTurn({}, attempt(2));
    await begun();
    await loseKeeper();
    const outcome = await (running ?? host.runTurn({}, attempt(2)));
    expect(outcome).toMatchObject({ kind: 'completed', wasCutOff: true });
    // As it is kept.
    expect(await host.runTurn({}, attempt(3))).toEqual(outcome);
    expect(await remains()).toEqual([]);
    expect(host.read('told.txt')).toContain('The last turn was cut off');
    expect(host.read('order')).toBe('before\nagent\nagent\nafter\n');
  });

  it('fails when that happens again and again', async () => {
    host = new TestHost(sections('echo agent >> order; sleep 1000'));
    const running = host.runTurn({}, attempt(1));
    for (let started = 1; started <= 3; started += 1) {
      await until(() => agentsStarted() === started);
      await loseKeeper();
    }
    expect(await running).toMatchObject({ kind: 'failed', category: 'agent_lost' });
    expect(host.read('order')).toBe('before\nagent\nagent\nagent\nafter\n');
    expect(await remains()).toEqual([]);
  });
});

describe('attempts of a turn that overlap', () => {
  it('leave the agent to the newest one', async () => {
    host = new TestHost(sections(waits));
    const older = host.runTurn({}, attempt(1)).catch((error: unknown) => error);
    await begun();
    const newer = host.runTurn({}, attempt(2));
    expect(await older).toBeInstanceOf(SupersededError);
    await expect(host.runTurn({}, attempt(1))).rejects.toThrow(SupersededError);
    go();
    expect(await newer).toMatchObject({ kind: 'completed', summary: 'done' });
    expect(host.read('order')).toBe('before\nagent\nafter\n');
  });

  it('leave it to one in another process likewise, and neither record nor run anything more', async () => {
    host = new TestHost(sections(waits));
    const older = host.runTurn({}, attempt(1)).catch((error: unknown) => error);
    await begun();
    const [{ place, keeper }] = (await host.running()) as [Awaited<ReturnType<TestHost['running']>>[0]];
    const elsewhere = runProgram({
      place,
      owner: keeper.owner,
      argv: ['false'],
      cwd: host.workspace,
      env: {},
      stdin: null,
      output: join(host.runPath, 'transcript.log'),
      timeoutMs: 60_000,
      leaseMs: 60_000,
      epoch: 1_000,
    });
    expect(await older).toBeInstanceOf(EvictedError);
    go();
    expect(await elsewhere).toMatchObject({ kind: 'exited', exitCode: 0 });
    expect(host.read('order')).toBe('before\nagent\n');
    expect(host.readRun('turns/1.json')).toContain('"begun"');
  });
});
