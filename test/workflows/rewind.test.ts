import { beforeEach, describe, expect, it } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { TaskStatus } from '../../src/domain/status.js';
import * as messages from '../../src/workflows/messages.js';
import type { task } from '../../src/workflows/task.js';
import { failedCheck, testConfig, testEvidence, testSha, untilCancelled } from '../support/fake-ports.js';
import { decide, said } from '../support/people.js';
import { refusal, useRig } from '../support/workflow-rig.js';
import { raised, reviewed } from '../support/findings.js';

type Handle = WorkflowHandle<typeof task>;

const { rig, ports } = useRig();

describe('a task that a person has put back', () => {
  const always = testConfig({ human: 'always' });
  const rewind = (handle: Handle, to: string, round = 0, note = 'not like this') =>
    handle.executeUpdate(messages.rewindUpdate, { args: [{ ...said(note), to, round }] });
  const waitsInRound =
    (round: number) =>
    (status: TaskStatus): boolean =>
      status.waiting?.kind === 'decision' && status.round === round;
  const shown = async (): Promise<{ handle: Handle; slots: { stop: () => Promise<void> } }> => {
    const handle = await rig.start({ config: always });
    const slots = rig.grantSlots(handle, always);
    await rig.until(handle, waitsInRound(1));
    return { handle, slots };
  };
  const notes = async (handle: Handle) => (await rig.state(handle)).history.map(({ note }) => note);

  it('to run begins with the files of then, in the session of then, and the agent is told', async () => {
    const { handle, slots } = await shown();
    await decide(handle, 'request_changes', testSha(1), 1);
    await rig.until(handle, waitsInRound(2));
    const { message } = await rewind(handle, 'run', 2);
    expect(message).toBe(`ann has it put back to run of round 2, ${testSha(1).slice(0, 12)}`);
    const again = await rig.until(handle, waitsInRound(3));
    await slots.stop();

    // Two turns, what was there when it was put back, the files of then, and the third turn.
    expect(ports.inputs('checkpoint').map(({ message }) => message)).toEqual([
      'did it',
      'did it',
      'Unfinished work',
      'did it',
    ]);
    expect(ports.inputs('restore')).toMatchObject([{ sha: testSha(1), session: 'session-1' }]);
    expect(again.headSha).toBe(testSha(5));
    expect(ports.inputs('runTurn').at(-1)).toMatchObject({
      turn: 3,
      round: 3,
      session: 'session-1',
      feedback: [
        { kind: 'before', words: [{ kind: 'changes', by: 'ann', note: 'because' }] },
        {
          kind: 'rewind',
          by: 'ann',
          note: 'not like this',
          moment: `run of round 2, ${testSha(1).slice(0, 12)}`,
          conflicts: [],
        },
      ],
    });
    expect(again.rewind).toBeNull();
    // What the turns cost that were put back is spent.
    expect(again.usage).toMatchObject({ turns: 3, totalTokens: 3 * 15 });
    expect(await notes(handle)).toContain(
      `put back by ann to run of round 2, ${testSha(1).slice(0, 12)}, as ${testSha(4).slice(0, 12)}; to the agent, round 3`,
    );
  });

  it('to the first run begins with the base and a new session', async () => {
    const { handle, slots } = await shown();
    await rewind(handle, 'run', 1);
    await rig.until(handle, waitsInRound(2));
    await slots.stop();
    expect(ports.inputs('restore')).toMatchObject([{ sha: null }]);
    expect(ports.inputs('runTurn').at(-1)).toMatchObject({ session: null, feedback: [{ kind: 'rewind' }] });
  });

  it.each(['verify', 'review'])('to %s is verified without a turn, and decided anew', async (phase) => {
    const { handle, slots } = await shown();
    await decide(handle, 'request_changes', testSha(1), 1);
    await rig.until(handle, waitsInRound(2));
    await rewind(handle, phase, 1);
    const again = await rig.until(handle, waitsInRound(3));
    expect(ports.inputs('restore')).toMatchObject([{ sha: testSha(1) }]);
    expect(ports.inputs('runTurn')).toHaveLength(2);
    expect(ports.inputs('verify').at(-1)?.sha).toBe(again.headSha);
    expect(await refusal(decide(handle, 'approve', testSha(2), 2))).toContain('round 3');
    await decide(handle, 'approve', again.headSha!, 3);
    expect((await handle.result()).outcome).toBe('done');
    await slots.stop();
  });

  it('goes back to the newest round that has reached the phase, where none is named', async () => {
    ports.next('verify', testEvidence(testSha(1), 'base', [failedCheck]));
    const handle = await rig.start({ config: always });
    const slots = rig.grantSlots(handle, always);
    const status = await rig.until(handle, waitsInRound(2));
    expect(status.checkpoints.map(({ phase, round, sha }) => [phase, round, sha])).toEqual([
      ['run', 1, null],
      ['verify', 1, testSha(1)],
      ['run', 2, testSha(1)],
      ['verify', 2, testSha(2)],
      ['review', 2, testSha(2)],
    ]);
    expect(await refusal(rewind(handle, 'review', 1))).toBe(
      'the task did not reach review in round 1, or that is too long ago',
    );
    await rewind(handle, 'verify');
    await rig.until(handle, waitsInRound(3));
    expect(ports.inputs('restore')).toMatchObject([{ sha: testSha(2) }]);
    await slots.stop();
  });

  it('voids an approval that was given and not begun with', async () => {
    const { handle, slots } = await shown();
    await handle.executeUpdate(messages.pauseUpdate, { args: [said()] });
    await decide(handle, 'approve', testSha(1), 1);
    await rig.until(handle, ({ phase }) => phase === 'land');
    await rewind(handle, 'review');
    await rig.until(handle, ({ round, waiting }) => round === 2 && waiting?.kind === 'paused');
    await handle.executeUpdate(messages.resumeUpdate, { args: [said()] });
    await rig.until(handle, waitsInRound(2));
    expect(ports.inputs('requestLanding')).toEqual([]);
    await slots.stop();
  });

  it('ends the turn that runs, and the next one is a new one', async () => {
    ports.next('runTurn', untilCancelled);
    const handle = await rig.start();
    const slots = rig.grantSlots(handle);
    await rig.until(handle, () => ports.inputs('runTurn').length === 1);
    await handle.executeUpdate(messages.steerUpdate, { args: [said('mind the gap')] });
    await rewind(handle, 'run');
    expect((await handle.result()).outcome).toBe('done');
    await slots.stop();
    expect(ports.inputs('runTurn').map(({ turn }) => turn)).toEqual([1, 2]);
    // What a person said counts as before.
    expect(ports.inputs('runTurn')[1]?.feedback).toMatchObject([
      { kind: 'steer', note: 'mind the gap' },
      { kind: 'rewind' },
    ]);
  });

  it('does not know any more what was found out about later work', async () => {
    let release: () => void = () => undefined;
    const checking = new Promise<void>((resolve) => (release = resolve));
    ports.next('verify', async () => {
      await checking;
      return testEvidence(testSha(1), 'base', [failedCheck]);
    });
    const handle = await rig.start();
    const slots = rig.grantSlots(handle);
    await rig.until(handle, () => ports.inputs('verify').length === 1);
    await handle.executeUpdate(messages.steerUpdate, { args: [said('mind the gap')] });
    await handle.executeUpdate(messages.pauseUpdate, { args: [said()] });
    release();
    const red = await rig.until(handle, ({ waiting }) => waiting?.kind === 'paused');
    expect(red.checks).toHaveLength(1);
    await rewind(handle, 'run', 1);
    const back = await rig.until(handle, ({ round, waiting }) => round === 3 && waiting !== null);
    expect(back.checks).toEqual([]);
    await handle.executeUpdate(messages.resumeUpdate, { args: [said()] });
    expect((await handle.result()).outcome).toBe('done');
    // What a person said counts as before.
    expect(ports.inputs('runTurn').at(-1)?.feedback).toMatchObject([{ kind: 'steer' }, { kind: 'rewind' }]);
    await slots.stop();
  });

  it('does not count what was used up before it failed', async () => {
    const config = testConfig({ limits: { rounds: 1 } });
    const red = testEvidence(testSha(1), 'base', [failedCheck]);
    ports.next('verify', red, red, red);
    const handle = await rig.start({ config });
    const slots = rig.grantSlots(handle, config);
    const parked = await rig.until(handle, ({ waiting }) => waiting?.kind === 'retry');
    const commands = parked.next.map(({ command }) => command);
    expect(commands).toContainEqual(expect.stringMatching(/rewind .* --to run/));
    await rewind(handle, 'run', 1);
    expect((await handle.result()).outcome).toBe('done');
    await slots.stop();
  });

  it('goes to the agent with the files in which a newer base does not fit', async () => {
    const { handle, slots } = await shown();
    ports.next('restore', ({ workspace }) => ({
      kind: 'restored',
      checkpoint: { kind: 'committed', sha: testSha(7), files: [], risks: [], notes: [] },
      baseSha: `${workspace.baseSha}2`,
      conflicts: ['a.ts'],
    }));
    await rewind(handle, 'verify');
    await rig.until(handle, waitsInRound(2));
    expect(ports.inputs('runTurn').at(-1)?.feedback).toMatchObject([{ kind: 'rewind', conflicts: ['a.ts'] }]);
    expect((await rig.state(handle)).workspace?.baseSha).toBe('base2');
    await slots.stop();
  });

  it('makes a workspace that is gone anew, and puts that back', async () => {
    const { handle, slots } = await shown();
    ports.next('checkpoint', ApplicationFailure.nonRetryable('the folder is gone', 'workspace_invalid'));
    await rewind(handle, 'verify');
    await rig.until(handle, waitsInRound(2));
    expect(ports.inputs('prepare')).toHaveLength(2);
    expect(ports.inputs('restore')).toHaveLength(1);
    await slots.stop();
  });

  it('goes on as it was when a workspace that was made anew cannot be put back', async () => {
    const { handle, slots } = await shown();
    ports.next('checkpoint', ApplicationFailure.nonRetryable('the folder is gone', 'workspace_invalid'));
    ports.next('restore', { kind: 'lost', message: 'it is not on this host any more' });
    await rewind(handle, 'verify');
    const status = await rig.until(
      handle,
      ({ rewind: open, waiting }) => open === null && waiting?.kind === 'decision',
    );
    expect(status.round).toBe(1);
    expect(ports.inputs('runTurn')).toHaveLength(1);
    await slots.stop();
  });

  it('stays as it is when what is there cannot be saved', async () => {
    const { handle, slots } = await shown();
    ports.next('checkpoint', ApplicationFailure.nonRetryable('no disk', 'infrastructure'));
    await rewind(handle, 'run');
    const status = await rig.until(handle, ({ rewind: open, waiting }) => open === null && waiting !== null);
    expect(status).toMatchObject({ round: 1, headSha: testSha(1) });
    expect(await notes(handle)).toContain('not put back to run of round 1, before any work: no disk');
    await slots.stop();
  });

  it('is put back by another try when the files could not be, because they may be half put back', async () => {
    const { handle, slots } = await shown();
    ports.next('restore', ApplicationFailure.nonRetryable('no network', 'infrastructure'));
    await rewind(handle, 'run');
    const status = await rig.until(handle, ({ waiting }) => waiting?.kind === 'backoff');
    expect(status).toMatchObject({ round: 1, rewind: { by: 'ann' } });
    expect(await notes(handle)).toContain('not put back yet: no network');
    await handle.executeUpdate(messages.retryUpdate, { args: [said()] });
    await rig.until(handle, ({ round, rewind: open }) => round === 2 && open === null);
    expect(ports.inputs('restore')).toHaveLength(2);
    await slots.stop();
  });

  it('says so when the checkpoint is lost', async () => {
    const { handle, slots } = await shown();
    ports.next('restore', { kind: 'lost', message: 'it is not on this host any more' });
    await rewind(handle, 'verify');
    await rig.until(handle, ({ history }) => history.some(({ note }) => note.startsWith('not put back')));
    await slots.stop();
  });

  it('is refused for a phase that was never reached, or that there is not', async () => {
    ports.next('runTurn', untilCancelled);
    const handle = await rig.start();
    await rig.until(handle, () => ports.inputs('runTurn').length === 1);
    expect(await refusal(rewind(handle, 'review'))).toBe('the task has never reached review');
    expect(await refusal(rewind(handle, 'land'))).toBe('a task goes back to one of run, verify, review');
  });

  it('is refused while a person has it, and to a second person', async () => {
    const { handle, slots } = await shown();
    await handle.executeUpdate(messages.takeOverUpdate, { args: [said('', 'bob')] });
    expect(await refusal(rewind(handle, 'run'))).toBe('bob has taken it over: hand it back first');
    await slots.stop();
  });

  it('takes each message once, also as signals', async () => {
    const { handle, slots } = await shown();
    const message = { ...said(), to: 'verify', round: 0 };
    for (const again of [message, message, message]) await handle.signal(messages.rewindSignal, again);
    await rig.until(handle, waitsInRound(2));
    expect(ports.inputs('restore')).toHaveLength(1);
    await handle.signal('rewind');
    await rig.until(handle, ({ history }) => history.at(-1)!.note.startsWith('ignored a rewind'));
    await slots.stop();
  });

  describe('while it is landing', () => {
    let release: () => void = () => undefined;
    beforeEach(() => {
      const merging = new Promise<void>((resolve) => (release = resolve));
      ports.next('merge', async () => {
        await merging;
        return { kind: 'merged' };
      });
    });

    it('lands, where the train has begun', async () => {
      const handle = await rig.start();
      await rig.until(handle, () => ports.inputs('merge').length === 1);
      const { message } = await rewind(handle, 'run');
      expect(message).toContain('unless its landing cannot be stopped any more');
      release();
      expect((await handle.result()).outcome).toBe('done');
      expect(ports.inputs('restore')).toEqual([]);
      expect(await notes(handle)).toContain('not put back by ann: it was landing already');
    });

    it('is taken out of the queue, where it has not', async () => {
      const first = await rig.start();
      await rig.until(first, () => ports.inputs('merge').length === 1);
      const second = await rig.start();
      await rig.until(second, ({ waiting }) => waiting?.kind === 'landing');
      await rewind(second, 'verify');
      await rig.until(second, ({ round }) => round === 2);
      release();
      expect((await first.result()).outcome).toBe('done');
    });
  });

  it('cannot be put back when it is over', async () => {
    const handle = await rig.start();
    await handle.result();
    await expect(rewind(handle, 'run')).rejects.toThrow();
  });
});

describe('a task that was forked', () => {
  it('begins with the checkpoint, and tells the agent where it comes from', async () => {
    ports.next('prepare', ({ from }) => ({
      kind: 'ready',
      workspace: { host: 'host', path: '/w', runPath: '/r', ref: 'refs/x', baseSha: 'base' },
      headSha: from?.sha ?? null,
      notes: [],
    }));
    const origin = { task: 'first', sha: testSha(9), by: 'ann', note: 'another way' };
    const handle = await rig.start({ origin });
    expect((await handle.result()).outcome).toBe('done');
    expect(ports.inputs('prepare')).toMatchObject([
      { headSha: null, from: { identifier: 'first', sha: testSha(9) } },
    ]);
    expect(ports.inputs('runTurn')[0]?.feedback).toEqual([{ kind: 'fork', ...origin }]);
    const { history, checkpoints } = await rig.state(handle);
    expect(history[0]?.note).toBe(`forked by ann from first at ${testSha(9).slice(0, 12)}`);
    expect(checkpoints[0]).toMatchObject({ phase: 'run', round: 1, sha: testSha(9) });
  });
});

describe('what people have asked for', () => {
  it('by then is told again after a rewind, with what was found by then, and nothing later is', async () => {
    const config = testConfig({ human: 'always', agents: ['bugs'] });
    const handle = await rig.start({ config });
    const slots = rig.grantSlots(handle, config);
    const ask = async (round: number, note: string) => {
      const { headSha } = await rig.until(
        handle,
        (at) => at.waiting?.kind === 'decision' && at.round === round,
      );
      const decision = { ...said(note), verdict: 'request_changes' as const, sha: headSha!, round };
      await handle.executeUpdate(messages.decideUpdate, { args: [decision] });
    };
    await ask(1, 'first');
    ports.next('review', reviewed(raised({ severity: 'warning' })));
    await ask(2, 'second');
    await ask(3, 'third');
    await rig.until(handle, (at) => at.waiting?.kind === 'decision' && at.round === 4);
    await handle.executeUpdate(messages.rewindUpdate, {
      args: [{ ...said('thus'), to: 'run', round: 3 }],
    });
    await rig.until(handle, (at) => at.waiting?.kind === 'decision' && at.round === 5);
    await slots.stop();
    expect(ports.inputs('runTurn').at(-1)?.feedback).toMatchObject([
      { kind: 'before', words: [{ note: 'first' }, { note: 'second' }] },
      { kind: 'findings', findings: [{ id: 'f1', resolution: { kind: 'open' } }] },
      { kind: 'rewind', note: 'thus' },
    ]);
    const { words } = await rig.state(handle);
    expect(words).toMatchObject([{ note: 'first' }, { note: 'second' }, { note: 'thus' }]);
  });

  it('is told in a fork, with what was found', async () => {
    const from = { task: 'first', sha: testSha(9), by: 'ann', note: 'another way' };
    const words = [{ kind: 'steer' as const, by: 'ann', note: 'mind the gap' }];
    const open = { kind: 'open', refuted: null } as const;
    const findings = [{ ...raised(), sources: ['bugs'], sha: from.sha, round: 2, resolution: open }];
    const handle = await rig.start({ origin: { ...from, words, findings } });
    expect((await handle.result()).outcome).toBe('done');
    expect(ports.inputs('runTurn').at(-1)?.feedback).toEqual([
      { kind: 'before', words },
      { kind: 'findings', sha: from.sha, findings },
      { kind: 'fork', ...from },
    ]);
    expect(await rig.state(handle)).toMatchObject({ origin: from, words: [...words, { kind: 'fork' }] });
  });
});
