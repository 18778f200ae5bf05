import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ChangeSeen, ChangeThread } from '../../src/domain/change.js';
import type { TaskStatus } from '../../src/domain/status.js';
import { noUsage } from '../../src/domain/usage.js';
import * as messages from '../../src/workflows/messages.js';
import {
  failedCheck,
  heldUntil,
  passedCheck,
  seenChange,
  testConfig,
  testEvidence,
  testSha,
  untilCancelled,
} from '../support/fake-ports.js';
import { decide } from '../support/people.js';
import { useRig } from '../support/workflow-rig.js';

const { rig, ports } = useRig();

/** Work is shown as a pull request, and no person need decide unless told. */
function shown(changes: Parameters<typeof testConfig>[0] = {}) {
  const config = testConfig(changes);
  const land = { mode: 'pull_request', strategy: 'squash', base: 'main' } as const;
  return { ...config, view: { ...config.view, gates: { ...config.view.gates, land } } };
}

/** What a look finds, beside what was shown last; whoever is shown a change looks at it. */
let found: Partial<ChangeSeen>;
beforeEach(() => {
  found = {};
  ports.usually('showChange', ({ sha, base, isDraft }) => {
    const seen = seenChange({ headSha: sha, base, isDraft, ...found });
    const change = { number: seen.number, url: 'https://github.example/acme/shop/pull/12', branch: 'b', sha };
    return { kind: 'shown', change, seen };
  });
});

type Handle = Awaited<ReturnType<typeof rig.start>>;

let granting: { stop: () => Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(granting.map(({ stop }) => stop()));
  granting = [];
});

async function start(config = shown()): Promise<{ handle: Handle; done: () => Promise<string> }> {
  const handle = await rig.start({ config });
  granting.push(rig.grantSlots(handle, config));
  return { handle, done: async () => (await handle.result()).outcome };
}

const tell = (handle: Handle, changes: Partial<ChangeSeen>) =>
  handle.signal(messages.changeSeenSignal, seenChange(changes));
const isWaiting =
  (kind: string) =>
  ({ waiting }: TaskStatus) =>
    waiting?.kind === kind;
/** How often the task has asked its project for a look. */
const asksToLook = async (handle: Handle) => {
  const { events = [] } = await handle.fetchHistory();
  return (events ?? []).filter(
    (event) => event.signalExternalWorkflowExecutionInitiatedEventAttributes?.signalName === 'refreshChanges',
  ).length;
};
const retry = (handle: Handle) =>
  handle.signal(messages.retrySignal, { id: randomUUID(), by: 'ann', note: '' });
const feedback = () => ports.inputs('runTurn').flatMap((input) => input.feedback);
const thread = (changes: Partial<ChangeThread> = {}): ChangeThread => ({
  id: 'T1',
  key: 'T1/1',
  by: 'ann',
  file: 'a.txt',
  line: 3,
  text: 'Call it by its name',
  ...changes,
});

describe('a task whose work is shown before it lands', () => {
  it('is merged at the commit that was verified, once its forge lets it', async () => {
    found = { fit: 'blocked', missing: ['the check build'], checks: [] };
    const { handle, done } = await start();
    const { waitingFor, change } = await rig.until(handle, isWaiting('change'));
    expect(waitingFor).toBe('#12: the check build');
    expect(change).toEqual({ number: 12, url: 'https://github.example/acme/shop/pull/12' });
    expect(ports.inputs('mergeChange')).toEqual([]);
    await tell(handle, { fit: 'clean' });
    expect(await done()).toBe('done');
    const [merged] = ports.inputs('mergeChange');
    expect(merged).toMatchObject({ number: 12, sha: testSha(1), base: 'main', strategy: 'squash' });
    expect((await handle.result()).landedSha).toBe(`M${testSha(1).slice(1)}`);
    expect(ports.inputs('requestLanding')).toEqual([]);
  });

  it('shows evidence and what reviewers found, and is a draft until they have looked', async () => {
    const { done } = await start(shown({ agents: ['careful'] }));
    expect(await done()).toBe('done');
    const [draft, ready] = ports.inputs('showChange');
    expect([draft?.isDraft, ready?.isDraft]).toEqual([true, false]);
    expect(ready?.checks).toEqual([passedCheck]);
    expect(ready?.body).toContain('| test | passed |');
    expect(ready?.body).toContain('did it');
  });

  it('verifies what is on the base then, and says where that is red', async () => {
    ports.usually('verify', ({ sha, baseSha }) =>
      testEvidence(sha, baseSha, [sha.startsWith('M') ? failedCheck : passedCheck]),
    );
    const { handle, done } = await start();
    expect(await done()).toBe('done');
    const { history, lastError } = await rig.until(handle, () => true);
    expect(history.map(({ note }) => note).join('\n')).toContain('the base is red');
    expect(lastError?.message).toContain('as which #12 was merged: test');
  });

  it('waits for the queue of its forge, and for a person where that throws it out', async () => {
    ports.next('mergeChange', { kind: 'queued' });
    const { handle, done } = await start();
    await rig.until(handle, ({ waitingFor }) => waitingFor === '#12: its turn in the queue');
    await tell(handle, { isQueued: false });
    const { waitingFor } = await rig.until(handle, isWaiting('base'));
    expect(waitingFor).toContain('was taken out of the queue of main');
    await handle.signal(messages.retrySignal, { id: randomUUID(), by: 'ann', note: '' });
    expect(await done()).toBe('done');
  });

  it('is put into the queue again by nobody but a person', async () => {
    ports.next('mergeChange', { kind: 'queued' });
    const { handle, done } = await start();
    await rig.until(handle, ({ waitingFor }) => waitingFor === '#12: its turn in the queue');
    await tell(handle, { isQueued: false });
    await rig.until(handle, isWaiting('base'));
    // It looks again for another reason.
    const shows = ports.inputs('showChange').length;
    await handle.signal(messages.configuredSignal, { config: { ...shown(), hash: 'another' } });
    while (ports.inputs('showChange').length === shows)
      await new Promise((resolve) => setTimeout(resolve, 50));
    const { waitingFor } = await rig.until(handle, isWaiting('base'));
    expect(waitingFor).toContain('was taken out of the queue of main');
    expect(ports.inputs('mergeChange')).toHaveLength(1);
    await retry(handle);
    expect(await done()).toBe('done');
  });

  it.each([
    ['is taken out of the queue where somebody wants changes after all', null, 'done', 2],
    ['is done where the queue was faster than whoever wants changes', testSha(9), 'done', 1],
  ] as const)('%s', async (_, mergedSha, outcome, turns) => {
    ports.next('mergeChange', { kind: 'queued' });
    ports.next('withdrawChange', { mergedSha });
    const { handle, done } = await start();
    const { headSha, round } = await rig.until(
      handle,
      ({ waitingFor }) => waitingFor === '#12: its turn in the queue',
    );
    const decision = { verdict: 'request_changes', sha: headSha!, round, note: 'not so' } as const;
    await handle.signal(messages.decideSignal, { id: 'review/1', by: 'ann', ...decision });
    expect(await done()).toBe(outcome);
    expect(ports.inputs('withdrawChange')).toMatchObject([{ number: 12 }]);
    expect(ports.inputs('runTurn')).toHaveLength(turns);
  });

  it('is out of the queue while it is paused', async () => {
    ports.next('mergeChange', { kind: 'queued' });
    const { handle, done } = await start();
    await rig.until(handle, ({ waitingFor }) => waitingFor === '#12: its turn in the queue');
    await handle.signal(messages.pauseSignal, { id: randomUUID(), by: 'ann', note: '' });
    await rig.until(handle, isWaiting('paused'));
    expect(ports.inputs('withdrawChange')).toHaveLength(1);
    await handle.signal(messages.resumeSignal, { id: randomUUID(), by: 'ann', note: '' });
    expect(await done()).toBe('done');
    expect(ports.inputs('mergeChange')).toHaveLength(2);
  });

  it('is merged by another host where the one that was to do so is down', async () => {
    const cancelled: true[] = [];
    ports.next('mergeChange', () => untilCancelled().finally(() => cancelled.push(true)));
    const { handle, done } = await start();
    while (ports.inputs('mergeChange').length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
    await handle.signal(messages.leaveHostSignal, { host: 'host', why: 'down', to: 'host' });
    expect(await done()).toBe('done');
    expect(ports.inputs('mergeChange')).toHaveLength(2);
    while (cancelled.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  });

  it('looks anew where the change has moved, and waits where the forge refuses', async () => {
    ports.next('mergeChange', { kind: 'moved' }, { kind: 'blocked', message: 'it is locked' });
    const { handle, done } = await start();
    await rig.until(handle, isWaiting('change'));
    await tell(handle, {});
    await rig.until(handle, ({ waitingFor }) => waitingFor?.includes('it is locked') === true);
    await handle.signal(messages.retrySignal, { id: randomUUID(), by: 'ann', note: '' });
    await rig.until(handle, isWaiting('change'));
    await tell(handle, {});
    expect(await done()).toBe('done');
    expect(ports.inputs('mergeChange')).toHaveLength(3);
  });
});

describe('what people do to a change', () => {
  it('goes back to the agent as comments on lines, each answered once', async () => {
    found = { threads: [thread(), thread({ id: 'T2', key: 'T2/1', text: 'Why?' })] };
    ports.next('runTurn', { kind: 'completed', summary: 'did it', session: 's', usage: noUsage });
    ports.next('runTurn', {
      kind: 'completed',
      summary: 'renamed it',
      session: 's',
      usage: noUsage,
      answers: { refuted: [{ id: 'T2/1', reason: 'The standard says so.' }], problem: null },
    });
    const { done } = await start();
    expect(await done()).toBe('done');
    expect(feedback()).toContainEqual(expect.objectContaining({ kind: 'threads', sha: testSha(1) }));
    const answers = ports.inputs('showChange').flatMap((input) => input.answers);
    expect(answers).toEqual([
      { id: 'T1', key: 'T1/1', text: `Changed in ${testSha(2)}, from ${testSha(1).slice(0, 12)}.` },
      { id: 'T2', key: 'T2/1', text: 'The standard says so.' },
    ]);
  });

  it('goes back again where somebody answers in the same thread', async () => {
    found = { fit: 'blocked', missing: ['an approving review'], threads: [thread()] };
    const { handle, done } = await start();
    await rig.until(handle, (status) => status.round === 2 && isWaiting('change')(status));
    await tell(handle, { headSha: testSha(2), threads: [thread({ key: 'T1/3', text: 'Not so' })] });
    await rig.until(handle, (status) => status.round === 3 && isWaiting('change')(status));
    await tell(handle, { headSha: testSha(3) });
    expect(await done()).toBe('done');
  });

  it('ends a wait for a decision where there is work to do first', async () => {
    const { handle, done } = await start(shown({ human: 'always' }));
    await rig.until(handle, isWaiting('decision'));
    await tell(handle, { threads: [thread()] });
    const { headSha } = await rig.until(
      handle,
      (status) => status.round === 2 && isWaiting('decision')(status),
    );
    const decision = {
      id: 'review/1',
      by: 'ann',
      sha: headSha!,
      round: 2,
      verdict: 'approve',
      note: '',
    } as const;
    await handle.signal(messages.decideSignal, decision);
    expect(await done()).toBe('done');
  });

  it('takes what somebody has pushed as the work, and verifies it', async () => {
    found = { fit: 'blocked', missing: ['an approving review'] };
    const { handle, done } = await start();
    await rig.until(handle, isWaiting('change'));
    const pushed = testSha(77);
    await tell(handle, { headSha: pushed });
    await rig.until(handle, (status) => status.headSha === pushed && isWaiting('change')(status));
    expect(ports.inputs('adopt')).toEqual([expect.objectContaining({ sha: pushed, from: testSha(1) })]);
    expect(ports.inputs('verify').map(({ sha }) => sha)).toContain(pushed);
    await tell(handle, { headSha: pushed });
    expect(await done()).toBe('done');
    expect(ports.inputs('mergeChange')[0]?.sha).toBe(pushed);
  });

  it('takes no older commit of its own for a push', async () => {
    found = { fit: 'blocked', missing: ['an approving review'], threads: [thread()] };
    const { handle, done } = await start();
    await rig.until(handle, (status) => status.round === 2 && isWaiting('change')(status));
    await tell(handle, { headSha: testSha(1) });
    await rig.until(handle, ({ waitingFor }) => waitingFor === '#12: its forge to show the newest commit');
    await tell(handle, { headSha: testSha(2) });
    expect(await done()).toBe('done');
    expect(ports.inputs('adopt')).toEqual([]);
  });

  it('ends the task: done where it was merged, also while the agent works', async () => {
    found = { fit: 'blocked', missing: ['an approving review'], threads: [thread()] };
    const { handle, done } = await start();
    await rig.until(handle, (status) => status.round === 2 && isWaiting('change')(status));
    await tell(handle, { state: 'merged', by: 'ann', mergedSha: testSha(9) });
    expect(await done()).toBe('done');
    expect((await handle.result()).landedSha).toBe(testSha(9));
    expect(ports.inputs('mergeChange')).toEqual([]);
  });

  it('ends it also while it waits for its base, or to be merged', async () => {
    ports.next('mergeChange', { kind: 'blocked', message: 'squash is not allowed' });
    const { handle, done } = await start();
    await rig.until(handle, isWaiting('base'));
    await tell(handle, { state: 'merged', by: 'ann', mergedSha: testSha(9) });
    expect(await done()).toBe('done');
    expect((await handle.result()).landedSha).toBe(testSha(9));
    expect(ports.inputs('mergeChange')).toHaveLength(1);
  });

  it('is asked for again where it was told while the task showed its work', async () => {
    found = { fit: 'blocked', missing: ['an approving review'], threads: [thread()] };
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const { handle } = await start();
    await rig.until(handle, (status) => status.round === 2 && isWaiting('change')(status));
    expect(await asksToLook(handle)).toBe(0);
    ports.next('showChange', async ({ sha, base, isDraft }) => {
      await heldUntil(released);
      const change = { number: 12, url: 'https://github.example/acme/shop/pull/12', branch: 'b', sha };
      return { kind: 'shown', change, seen: seenChange({ headSha: sha, base, isDraft, ...found }) };
    });
    const before = ports.inputs('showChange').length;
    await tell(handle, { headSha: testSha(2), threads: [thread({ key: 'T1/3' })] });
    while (ports.inputs('showChange').length === before)
      await new Promise((resolve) => setTimeout(resolve, 50));
    await tell(handle, { headSha: testSha(2), threads: [thread({ key: 'T1/5', text: 'Nor so' })] });
    release();
    await rig.until(handle, (status) => status.round === 3 && isWaiting('change')(status));
    expect(await asksToLook(handle)).toBe(1);
  });

  it('is brought forward again where its branch was set back to an earlier commit', async () => {
    found = { fit: 'blocked', missing: ['an approving review'], threads: [thread()] };
    const { handle } = await start();
    await rig.until(handle, (status) => status.round === 2 && isWaiting('change')(status));
    await tell(handle, { headSha: testSha(1) });
    await rig.until(handle, ({ waitingFor }) => waitingFor === '#12: its forge to show the newest commit');
    const before = ports.inputs('showChange').length;
    await retry(handle);
    await rig.until(handle, ({ waitingFor }) => waitingFor === '#12: an approving review');
    expect(ports.inputs('showChange').slice(before)).toMatchObject([{ sha: testSha(2) }]);
    expect(ports.inputs('adopt')).toEqual([]);
  });

  it('is no news where it was told before', async () => {
    found = { fit: 'blocked', missing: ['an approving review'] };
    const { handle } = await start();
    await rig.until(handle, isWaiting('change'));
    const shows = async () => {
      const { events = [] } = await handle.fetchHistory();
      return (events ?? []).filter((event) => event.upsertWorkflowSearchAttributesEventAttributes).length;
    };
    const same = { ...found, headSha: testSha(1) };
    await tell(handle, same);
    await rig.until(handle, isWaiting('change'));
    const before = await shows();
    await tell(handle, same);
    await rig.until(handle, isWaiting('change'));
    expect(await shows()).toBe(before);
  });

  it('and rejected where it was closed', async () => {
    found = { fit: 'blocked', missing: ['an approving review'] };
    const { handle, done } = await start();
    await rig.until(handle, isWaiting('change'));
    await tell(handle, { state: 'closed', by: 'ann' });
    expect(await done()).toBe('rejected');
    const { history } = await rig.until(handle, () => true);
    expect(history.at(-1)?.note ?? '').toContain('#12 was closed without being merged');
  });

  it('is known from the merge where that has closed the issue', async () => {
    found = { fit: 'blocked', missing: ['an approving review'] };
    const { handle, done } = await start();
    await rig.until(handle, isWaiting('change'));
    await handle.signal(messages.issueObservedSignal, { kind: 'terminal', state: 'closed' });
    await tell(handle, { state: 'merged', by: 'ann', mergedSha: testSha(9) });
    expect(await done()).toBe('done');
  });

  it('waits where it is to land somewhere else, and says what to do', async () => {
    found = { base: 'next' };
    const { handle } = await start();
    const { waitingFor } = await rig.until(handle, isWaiting('change'));
    expect(waitingFor).toContain('name next in repository.base');
  });

  it('closes the change of a task that was cancelled', async () => {
    found = { fit: 'blocked', missing: ['an approving review'] };
    const { handle, done } = await start();
    await rig.until(handle, isWaiting('change'));
    await handle.signal(messages.cancelSignal, { id: randomUUID(), by: 'ann', note: 'no' });
    expect(await done()).toBe('cancelled');
    expect(ports.inputs('closeChange')).toEqual([
      expect.objectContaining({ number: 12, text: 'Continuo has ended its work on this: cancelled by ann.' }),
    ]);
  });
});

describe('a change that is merged although its task is cancelled', () => {
  it('is told, because the base has it', async () => {
    found = { fit: 'blocked', missing: ['an approving review'] };
    ports.next('closeChange', { mergedSha: testSha(9) });
    const { handle, done } = await start();
    await rig.until(handle, isWaiting('change'));
    await handle.signal(messages.cancelSignal, { id: randomUUID(), by: 'ann', note: 'no' });
    expect(await done()).toBe('cancelled');
    const { lastError } = await rig.until(handle, () => true);
    expect(lastError?.message).toContain('#12 had been merged before it could be closed');
  });
});

describe('what CI says of a change', () => {
  const red = (url: string): Partial<ChangeSeen> => ({
    fit: 'blocked',
    checks: [{ name: 'build', state: 'failed', url }],
  });

  it('is asked once more, and goes to the agent with its log where it stays red', async () => {
    found = red('run/1');
    const { handle, done } = await start();
    await rig.until(handle, ({ waitingFor }) => waitingFor === '#12: the check build');
    expect(ports.inputs('rerunChecks')).toHaveLength(1);
    found = {};
    await tell(handle, red('run/2'));
    expect(await done()).toBe('done');
    expect(ports.inputs('rerunChecks')).toHaveLength(1);
    expect(feedback()).toContainEqual({ kind: 'checks', sha: testSha(1), checks: [failedCheck] });
  });

  it('is green after that where it had failed by chance', async () => {
    found = red('run/1');
    const { handle, done } = await start();
    await rig.until(handle, isWaiting('change'));
    await tell(handle, { checks: [{ name: 'build', state: 'passed', url: 'run/2' }] });
    expect(await done()).toBe('done');
    expect(ports.inputs('runTurn')).toHaveLength(1);
  });

  it('goes back only so often', async () => {
    ports.usually('rerunChecks', () => ({ isRerun: false }));
    found = red('run/1');
    const { handle } = await start(shown({ limits: { rounds: 2 } }));
    const { lastError } = await rig.until(handle, ({ phase }) => phase === 'failed');
    expect(lastError?.message).toContain('the checks are still red after 3 tries');
  });
});

describe('a base that moves on', () => {
  const committed = (number: number) => ({
    kind: 'committed' as const,
    sha: testSha(number),
    files: [],
    risks: [],
    notes: [],
  });

  it('is taken in where it must be, and voids an approval where anything else has come into the files', async () => {
    ports.next('checkpoint', committed(1), committed(2));
    const { handle, done } = await start(shown({ human: 'always' }));
    const { headSha } = await rig.until(handle, isWaiting('decision'));
    await tell(handle, { fit: 'behind' });
    await decide(handle, 'approve', headSha!, 1);
    await rig.until(handle, (status) => status.headSha === testSha(2) && isWaiting('decision')(status));
    expect(ports.inputs('mergeChange')).toEqual([]);
    await decide(handle, 'approve', testSha(2), 1);
    expect(await done()).toBe('done');
  });

  it('is taken in where it must be, and an approval stays one where the two fit', async () => {
    ports.next('checkpoint', committed(1), { ...committed(2), isBaseOnly: true });
    const { handle, done } = await start(shown({ human: 'always' }));
    const { headSha } = await rig.until(handle, isWaiting('decision'));
    await tell(handle, { fit: 'behind' });
    const decision = {
      id: 'review/1',
      by: 'ann',
      sha: headSha!,
      round: 1,
      verdict: 'approve',
      note: '',
    } as const;
    await handle.signal(messages.decideSignal, decision);
    expect(await done()).toBe('done');
    expect(ports.inputs('takeInBase')).toHaveLength(1);
    expect(ports.inputs('mergeChange').map(({ sha }) => sha)).toEqual([testSha(2)]);
    expect(ports.inputs('verify').map(({ sha }) => sha)).toContain(testSha(2));
  });

  it('is waited for where the work has it already, and the forge says otherwise', async () => {
    found = { fit: 'behind' };
    ports.next('checkpoint', committed(1), { ...committed(1), kind: 'unchanged' });
    const { handle, done } = await start();
    const { waitingFor } = await rig.until(handle, isWaiting('base'));
    expect(waitingFor).toContain('#12 is said to be behind main, and has all of it');
    expect(ports.inputs('verify')).toHaveLength(1);
    await retry(handle);
    await rig.until(handle, isWaiting('change'));
    await tell(handle, {});
    expect(await done()).toBe('done');
    expect(ports.inputs('verify').map(({ sha }) => sha)).toEqual([testSha(1), `M${testSha(1).slice(1)}`]);
  });

  it('goes to the agent where it conflicts', async () => {
    ports.next('rebase', { kind: 'conflict', baseSha: 'new', files: ['a.txt'] });
    const { handle, done } = await start(shown({ human: 'always' }));
    await rig.until(handle, isWaiting('decision'));
    await tell(handle, { fit: 'conflict' });
    const { headSha, round } = await rig.until(
      handle,
      (status) => status.round === 2 && isWaiting('decision')(status),
    );
    const decision = {
      id: 'review/1',
      by: 'ann',
      sha: headSha!,
      round,
      verdict: 'approve',
      note: '',
    } as const;
    await handle.signal(messages.decideSignal, decision);
    expect(await done()).toBe('done');
    expect(feedback()).toContainEqual({ kind: 'conflict', baseSha: 'new', files: ['a.txt'] });
  });
});
